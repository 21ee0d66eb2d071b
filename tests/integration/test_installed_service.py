"""The class of service that an installed package names, found by real entry points."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from lazsa_flow import ConfigError, FlowService, Programme
from lazsa_flow.service.installed import load_application, load_service

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    Install = Callable[..., None]

LOANS = """
from lazsa_flow import FlowService
from lazsa_flow.service.context import Application


class Lending(Application):
    main_lifecycle = "loan"


class Loans(FlowService):
    _application = Lending()
"""


@pytest.fixture
def install(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Install:
    """Install a package with a module of a text, whose entry point names a class in it."""
    monkeypatch.syspath_prepend(tmp_path)

    def put(package: str, code: str, named: str = "Loans") -> None:
        module = package.replace("-", "_")
        (tmp_path / f"{module}.py").write_text(code, "utf-8")
        folder = tmp_path / f"{module}-1.0.dist-info"
        folder.mkdir()
        (folder / "METADATA").write_text(f"Name: {package}\nVersion: 1.0\n", "utf-8")
        points = f"[lazsa_flow.services]\nown = {module}:{named}\n"
        (folder / "entry_points.txt").write_text(points, "utf-8")

    return put


def test_a_package_goes_before_the_one_that_ships(install: Install) -> None:
    """Without another one it is the programme's; with one, workers and commands open that."""
    assert load_service() is Programme
    install("loans-one", LOANS)
    found = load_service()
    assert issubclass(found, FlowService)
    assert (found.__module__, found.__name__) == ("loans_one", "Loans")
    assert load_application().main_lifecycle == "loan"


def test_two_packages_are_refused(install: Install) -> None:
    """Neither goes before the other: the error names both, and what each would be."""
    install("loans-two", LOANS)
    install("loans-three", LOANS)
    with pytest.raises(ConfigError) as refused:
        load_service()
    for part in ("[lazsa_flow.services]", "loans-two: loans_two:Loans", "loans-three: ", "one"):
        assert part in str(refused.value)


@pytest.mark.parametrize(
    ("code", "named", "told"),
    [
        ("1 / 0", "Loans", "ZeroDivisionError: division by zero"),
        ("import no_such_module", "Loans", "No module named 'no_such_module'"),
        (LOANS, "Missing", "AttributeError"),
        ("Loans = 7", "Loans", "got 7, expected a FlowService"),
        ("class Loans: ...", "Loans", "expected a FlowService"),
    ],
)
def test_a_broken_package_is_named(
    install: Install, tmp_path: Path, code: str, named: str, told: str
) -> None:
    """The error says which package and entry point, and what is wrong with it."""
    name = f"broken-{tmp_path.name.replace('_', '-')}"  # modules of one name are imported once
    install(name, code, named)
    with pytest.raises(ConfigError) as refused:
        load_service()
    assert told in str(refused.value)
    point = f"{name} [lazsa_flow.services] own = {name.replace('-', '_')}:{named}"
    assert point in str(refused.value)
