"""The command line of the general library, and what every application's is built from.

Related commands share a file. A command imports what it needs when it runs, so that
``--help`` loads neither SQLAlchemy nor pendulum nor pydantic.
"""

from __future__ import annotations

import atexit
import gc
import sys
from typing import Final, NoReturn

import typer

from lazsa_flow.cli.application import (
    COMPLIANCE,
    INSPECT,
    OPERATE,
    SET_UP,
    Application,
    Entry,
)
from lazsa_flow.cli.failure import fail, fail_usage
from lazsa_flow.cli.options import Version
from lazsa_flow.cli.output import degrade_unencodable
from lazsa_flow.cli.safe_group import SafeGroup

_GC_THRESHOLD: Final = 150_000
"""So many new objects start a search for garbage: what a start imports is none, and is searched a
hundred times by default."""
GENERAL_SECTIONS: Final = (OPERATE, INSPECT, COMPLIANCE, SET_UP)
GENERAL_COMMANDS: Final = (
    Entry(OPERATE, "lazsa_flow.cli.paths:open_path", "open"),
    Entry(OPERATE, "lazsa_flow.cli.fire:fire"),
    Entry(OPERATE, "lazsa_flow.cli.operate:sweep"),
    Entry(OPERATE, "lazsa_flow.cli.parking:parked"),
    Entry(OPERATE, "lazsa_flow.cli.parking:unpark"),
    Entry(OPERATE, "lazsa_flow.cli.pausing:pause"),
    Entry(OPERATE, "lazsa_flow.cli.pausing:resume"),
    Entry(OPERATE, "lazsa_flow.cli.pausing:pauses"),
    Entry(OPERATE, "lazsa_flow.cli.nights:night", "night"),
    Entry(OPERATE, "lazsa_flow.cli.approvals:approval", "approval"),
    Entry(OPERATE, "lazsa_flow.cli.timers:timers", "timers"),
    Entry(OPERATE, "lazsa_flow.cli.ledger:ledger", "ledger"),
    Entry(OPERATE, "lazsa_flow.cli.notices:outbox", "outbox"),
    Entry(OPERATE, "lazsa_flow.cli.notices:notices", "notices"),
    Entry(OPERATE, "lazsa_flow.cli.notices:relay"),
    Entry(OPERATE, "lazsa_flow.cli.serve:run"),
    Entry(OPERATE, "lazsa_flow.cli.serve:worker"),
    Entry(OPERATE, "lazsa_flow.cli.serve:ticker"),
    Entry(OPERATE, "lazsa_flow.cli.serve:doctor"),
    Entry(INSPECT, "lazsa_flow.cli.inspect:show"),
    Entry(INSPECT, "lazsa_flow.cli.inspect:history"),
    Entry(INSPECT, "lazsa_flow.cli.explain:explain"),
    Entry(INSPECT, "lazsa_flow.cli.due:due"),
    Entry(INSPECT, "lazsa_flow.cli.rehearse:rehearse"),
    Entry(INSPECT, "lazsa_flow.cli.prove:prove"),
    Entry(INSPECT, "lazsa_flow.cli.paths:states"),
    Entry(INSPECT, "lazsa_flow.cli.paths:state_at", "state-at"),
    Entry(INSPECT, "lazsa_flow.cli.graph:graph"),
    Entry(INSPECT, "lazsa_flow.cli.view:view"),
    Entry(COMPLIANCE, "lazsa_flow.cli.verify:verify"),
    Entry(COMPLIANCE, "lazsa_flow.cli.paths:journal"),
    Entry(SET_UP, "lazsa_flow.cli.init:init"),
    Entry(SET_UP, "lazsa_flow.cli.operate:migrate"),
    Entry(SET_UP, "lazsa_flow.cli.config_check:config", "config"),
    Entry(SET_UP, "lazsa_flow.cli.policies:policy", "policy"),
    Entry(SET_UP, "lazsa_flow.cli.countries:country", "country"),
    Entry(SET_UP, "lazsa_flow.cli.backup:backup"),
    Entry(SET_UP, "lazsa_flow.cli.backup:restore"),
)
"""The commands of every command line, in the order of its help."""


def build_app(application: Application) -> typer.Typer:
    """Build an application's command line: the general commands and its own.

    The help lists the commands by section, an application's own sections and commands first. A
    command of the application's takes the place of the general one with its name.
    """
    own = {entry.name for entry in application.commands}
    general = (entry for entry in GENERAL_COMMANDS if entry.name not in own)
    listed = (*application.commands, *general)
    sections = (*application.sections, *GENERAL_SECTIONS)

    class ApplicationGroup(SafeGroup):
        """The commands of the application."""

        entries = tuple(
            entry for section in sections for entry in listed if entry.section == section
        )

    app = typer.Typer(
        name="lazsa-flow",
        cls=ApplicationGroup,
        help=application.help,
        no_args_is_help=True,
        pretty_exceptions_enable=False,
        rich_markup_mode="rich",
        context_settings={"obj": application},
    )
    app.callback()(_take_options)
    return app


def _take_options(version: Version = False) -> None:
    """Take what stands before every command."""
    del version  # its callback has printed it


def run_command_line(app: typer.Typer) -> NoReturn:
    """Run what was typed; an error of ours is one message and exit code 1."""
    from lazsa_flow.errors import LazsaError

    gc.set_threshold(_GC_THRESHOLD)
    atexit.register(gc.freeze)  # a process that ends need not search its modules for garbage
    degrade_unencodable()
    words = sys.argv[1:]
    as_json = "--json" in words
    try:
        code = app(prog_name="lazsa-flow", standalone_mode=not as_json)
    except (LazsaError, OSError) as error:  # or a file that was named cannot be read or written
        from lazsa_flow.cli.next_command import find_next_command

        fail(error, words, find_next_command(app, error, words))
    except typer.Abort:
        fail_usage("Aborted", "aborted: nothing was changed", code=1)
    except Exception as error:
        if not hasattr(error, "format_message"):
            raise
        fail_usage("UsageError", error.format_message(), code=2)
    sys.exit(code if isinstance(code, int) else 0)


app = build_app(
    Application(help="Lifecycles as explicit state machines: move paths, and explain each move.")
)


def main() -> NoReturn:
    """Run the command line of the general library."""
    run_command_line(app)
