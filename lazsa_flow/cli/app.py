"""The command line of the general library, and what every application's is built from.

Related commands share a file. A command imports what it needs when it runs, so that
``--help`` loads neither SQLAlchemy nor pendulum nor pydantic.
"""

from __future__ import annotations

import sys
from typing import Final, NoReturn

import typer

from lazsa_flow.cli import (
    backup,
    config_check,
    countries,
    due,
    explain,
    fire,
    graph,
    init,
    inspect,
    ledger,
    notices,
    operate,
    parking,
    paths,
    pausing,
    policies,
    serve,
    timers,
    verify,
    view,
)
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

GENERAL_SECTIONS: Final = (OPERATE, INSPECT, COMPLIANCE, SET_UP)
GENERAL_COMMANDS: Final = (
    Entry(OPERATE, paths.open_path, "open"),
    Entry(OPERATE, fire.fire),
    Entry(OPERATE, operate.sweep),
    Entry(OPERATE, parking.parked),
    Entry(OPERATE, parking.unpark),
    Entry(OPERATE, pausing.pause),
    Entry(OPERATE, pausing.resume),
    Entry(OPERATE, pausing.pauses),
    Entry(OPERATE, timers.timers, "timers"),
    Entry(OPERATE, ledger.ledger, "ledger"),
    Entry(OPERATE, notices.outbox, "outbox"),
    Entry(OPERATE, notices.notices, "notices"),
    Entry(OPERATE, notices.relay),
    Entry(OPERATE, serve.run),
    Entry(OPERATE, serve.worker),
    Entry(OPERATE, serve.ticker),
    Entry(OPERATE, serve.doctor),
    Entry(INSPECT, inspect.show),
    Entry(INSPECT, inspect.history),
    Entry(INSPECT, explain.explain),
    Entry(INSPECT, due.due),
    Entry(INSPECT, paths.states),
    Entry(INSPECT, paths.state_at, "state-at"),
    Entry(INSPECT, graph.graph),
    Entry(INSPECT, view.view),
    Entry(COMPLIANCE, verify.verify),
    Entry(COMPLIANCE, paths.journal),
    Entry(SET_UP, init.init),
    Entry(SET_UP, operate.migrate),
    Entry(SET_UP, config_check.config, "config"),
    Entry(SET_UP, policies.policy, "policy"),
    Entry(SET_UP, countries.country, "country"),
    Entry(SET_UP, backup.backup),
    Entry(SET_UP, backup.restore),
)
"""The commands of every command line, in the order of its help."""


def build_app(application: Application) -> typer.Typer:
    """Build an application's command line: the general commands and its own.

    The help lists the commands by section, an application's own sections and commands first.
    """
    app = typer.Typer(
        name="lazsa-flow",
        cls=SafeGroup,
        help=application.help,
        no_args_is_help=True,
        pretty_exceptions_enable=False,
        rich_markup_mode="rich",
        context_settings={"obj": application},
    )
    app.callback()(_take_options)
    for section in (*application.sections, *GENERAL_SECTIONS):
        for entry in (*application.commands, *GENERAL_COMMANDS):
            if entry.section != section:
                continue
            if isinstance(entry.command, typer.Typer):
                app.add_typer(entry.command, name=entry.name, rich_help_panel=section)
            else:
                app.command(entry.name, rich_help_panel=section)(entry.command)
    return app


def _take_options(version: Version = False) -> None:
    """Take what stands before every command."""
    del version  # its callback has printed it


def run_command_line(app: typer.Typer) -> NoReturn:
    """Run what was typed; an error of ours is one message and exit code 1."""
    from lazsa_flow.errors import LazsaError

    degrade_unencodable()
    words = sys.argv[1:]
    as_json = "--json" in words
    try:
        code = app(prog_name="lazsa-flow", standalone_mode=not as_json)
    except (LazsaError, OSError) as error:  # or a file that was named cannot be read or written
        fail(error, words)
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
