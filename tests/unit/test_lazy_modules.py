"""Modules of a package that are imported when they are first named."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from lazsa_flow.award import commands
from lazsa_flow.lazy_modules import import_submodule

if TYPE_CHECKING:
    from pathlib import Path


def test_a_module_is_imported_when_it_is_named() -> None:
    """What the package lists for type checkers is found at run time, too."""
    from lazsa_flow.award.commands import nominations

    assert commands.nominations is nominations
    assert commands.cases.__name__ == "lazsa_flow.award.commands.cases"


def test_what_is_no_module_is_no_attribute() -> None:
    """A wrong name is an AttributeError, as of any module."""
    with pytest.raises(AttributeError, match="has no attribute 'nominationz'"):
        getattr(commands, "nominationz")  # noqa: B009 - a type checker would refuse it
    assert not hasattr(commands, "__wrapped__")


def test_what_a_module_lacks_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A module that cannot import another is not said to be missing itself."""
    package = tmp_path / "lazy_sample"
    package.mkdir()
    (package / "__init__.py").touch()
    (package / "broken.py").write_text("import no_such_module_at_all\n", "utf-8")
    monkeypatch.syspath_prepend(tmp_path)
    with pytest.raises(ModuleNotFoundError, match="no_such_module_at_all"):
        import_submodule("lazy_sample", "broken")
