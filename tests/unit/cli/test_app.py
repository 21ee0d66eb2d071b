"""The command line: its commands with and without an application, and their sections."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import pytest
from typer.main import get_command
from typer.testing import CliRunner

from lazsa_flow.award.cli import app as award
from lazsa_flow.cli import app as general
from lazsa_flow.cli.application import Application, Entry, current_application

if TYPE_CHECKING:
    import typer

SECTIONS: Final = ("Nominate and judge", "Operate", "Inspect", "Compliance", "Set up")


def _sections(app: typer.Typer) -> dict[str, Any]:
    """Return each command's section of the help, by the command's name."""
    tree: Any = get_command(app)
    return {name: command.rich_help_panel for name, command in tree.commands.items()}


def test_every_command_has_a_section() -> None:
    """The help lists every command in exactly one of the five sections."""
    found = _sections(award.app)
    assert set(found.values()) == set(SECTIONS)
    own = {entry.name for entry in award.COMMANDS}  # one may take the place of a general one
    listed = [*award.COMMANDS, *(e for e in general.GENERAL_COMMANDS if e.name not in own)]
    assert len(listed) == len(found)


def test_sections_stand_in_order() -> None:
    """The help shows the award's own section first, then the general ones in their order."""
    shown = CliRunner().invoke(award.app, ["--help"]).output
    places = [shown.index(f" {section} ─") for section in SECTIONS]
    assert places == sorted(places)


def test_general_commands_stand_alone() -> None:
    """Without an application, the command line has the general commands and no others."""
    found = _sections(general.app)
    assert len(found) == len(general.GENERAL_COMMANDS)
    assert {"open", "fire", "show", "explain", "sweep", "run", "migrate"} <= found.keys()
    assert not {"nominate", "panel", "seller", "demo"} & found.keys()
    assert set(found.values()) == set(general.GENERAL_SECTIONS)


def test_every_general_command_shows_help() -> None:
    """Without an application, the help of each command names no seller and no award."""
    tree: Any = get_command(general.app)
    for name in tree.commands:
        shown = CliRunner().invoke(general.app, [name, "--help"])
        assert shown.exit_code == 0, name
        text = shown.output.lower()
        assert not [word for word in ("seller", "nominat", "ambassador", "award") if word in text]


def test_an_application_is_current_while_its_command_runs() -> None:
    """A command finds the application that it was typed to, and none is left behind."""
    seen: list[Application] = []

    def note() -> None:
        seen.append(current_application())

    application = Application("Test.", commands=(Entry("Operate", note),))
    assert CliRunner().invoke(general.build_app(application), ["note"]).exit_code == 0
    assert seen == [application]
    with pytest.raises(LookupError):
        current_application()


def test_an_application_spells_options_its_own_way() -> None:
    """The award's ``--seller`` stands next to the general ``--subject``."""
    shown = CliRunner().invoke(award.app, ["show", "--help"]).output
    assert "--subject" in shown
    assert "--seller" in shown
    alone = CliRunner().invoke(general.app, ["history", "--help"]).output
    assert "--subject" not in alone
