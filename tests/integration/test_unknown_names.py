"""What nobody knows gets the same clear answer from every method and every command."""

from __future__ import annotations

import inspect
import re
from typing import TYPE_CHECKING, Final

import pytest
from typer.main import get_command
from typer.testing import CliRunner

from lazsa_flow import Actor, NoEdgeError, NotFoundError, Programme
from lazsa_flow.award.cli import app
from lazsa_flow.cli import common
from tests import arguments
from tests.integration.world import World, convene

if TYPE_CHECKING:
    from collections.abc import Iterator

UNKNOWN: Final = {
    "path": ("award-999", {"path"}),
    "seller": ("nobody", {"seller"}),
    "name": ("nobody", {"seller or path", "saved rehearsal", "started night"}),
    "country": ("XX", {"country"}),
    "lifecycle": ("awrd", {"lifecycle"}),
    "trigger": ("awrd", {"trigger"}),
}
"""What is given for a parameter of each name, and what the answer then says is not there."""
OTHERWISE: Final = {
    ("paths", "seller"),  # returns a list, which is empty
    ("erase", "seller"),  # a person of any kind, not only a seller
    ("open", "country"),
    ("save_rehearsal", "name"),  # a name for what is saved
    ("started_nights", "name"),  # returns a list, which is empty
}
MANAGER: Final = Actor("manager", "m-1")
ASKERS: Final = {
    **dict.fromkeys(
        ("approve_night", "pause_night", "resume_night", "set_pace", "start_night"), MANAGER
    ),
    **dict.fromkeys(("assign_reviewers", "unassign_reviewer"), MANAGER),
}


def cases() -> Iterator[tuple[str, str]]:
    """Yield each public method with each parameter of it that names something."""
    for name, member in inspect.getmembers(Programme, inspect.isfunction):
        if name.startswith("_"):
            continue
        for parameter, each in inspect.signature(inspect.unwrap(member)).parameters.items():
            takes_name = each.annotation != "Path"  # else it takes the path itself
            if parameter in UNKNOWN and takes_name and (name, parameter) not in OTHERWISE:
                yield name, parameter


@pytest.fixture(scope="module")
def url(tmp_path_factory: pytest.TempPathFactory) -> str:
    """A database's URL."""
    return f"sqlite:///{tmp_path_factory.mktemp('unknown') / 'unknown.db'}"


@pytest.fixture(scope="module")
def world(url: str) -> World:
    """A world with an ambassador s1 and a nominee s2."""
    Programme.migrate(url)
    world = World(url)
    convene(world.programme)
    world.ambassador()
    world.nominate("s2")
    return world


@pytest.mark.parametrize(("method", "parameter"), list(cases()))
def test_every_method_names_what_is_unknown(world: World, method: str, parameter: str) -> None:
    """It is a NotFoundError with what was looked for, what was given, and what is expected."""
    unknown, kinds = UNKNOWN[parameter]
    given = arguments.arguments_of(method, inspect.unwrap(getattr(Programme, method)))
    if method in ASKERS:
        given["actor"] = ASKERS[method]
    with pytest.raises(NotFoundError) as refused:
        getattr(world.programme, method)(**{**given, parameter: unknown})
    assert (refused.value.kind in kinds, refused.value.id) == (True, unknown)
    assert refused.value.expected
    assert f"{unknown!r}; expected {refused.value.expected}" in str(refused.value)
    if parameter in ("lifecycle", "trigger"):
        assert "award" in refused.value.close
        assert "did you mean award" in str(refused.value)


def test_a_trigger_of_no_state_is_unknown_and_no_edge(world: World) -> None:
    """Who catches that there is no such edge from the state catches an unknown trigger as well."""
    with pytest.raises(NoEdgeError) as refused:
        world.programme.fire("award-2", "awrd", actor=MANAGER)
    assert isinstance(refused.value, NotFoundError)
    assert (refused.value.path, refused.value.trigger) == ("award-2", "awrd")
    with pytest.raises(NoEdgeError, match="no such edge from nominated") as known:
        world.programme.fire("award-2", "award", actor=MANAGER)
    assert not isinstance(known.value, NotFoundError)


ASKED: Final = {
    "badge": ("nobody",),
    "contact": ("nobody",),
    "entitlements": ("nobody",),
    "explain": ("nobody",),
    "history": ("award-999",),
    "outcome": ("nobody",),
    "show": ("nobody",),
    "fame": ("XX",),
    "members": ("XX",),
    "today": ("XX",),
    "state-at": ("award-999", "2020-04-01T00:00Z"),
    "nominate": ("nobody", "--as", "employee:e-1", "--statement", "Helps."),
    "fire": ("award-999", "withdraw", "--as", "seller:s1", "--reason", "nominee", "--yes"),
}


@pytest.mark.parametrize("command", ASKED)
def test_commands_answer_in_one_line(
    world: World, url: str, command: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What the library says, the command says: one line, and no traceback."""
    monkeypatch.setattr(common, "make_clock", lambda: world.clock)
    assert command in get_command(app.app).commands  # type: ignore[attr-defined]
    words = [command, *ASKED[command], "--database", url]
    done = CliRunner().invoke(app.app, words)
    assert isinstance(done.exception, NotFoundError), done.output
    assert re.match(r"no (seller|path|seller or path|country) '", str(done.exception))
    assert "; expected " in str(done.exception)
