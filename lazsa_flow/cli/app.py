"""What can be typed?

The commands, each in a file with its kin. A command imports what it needs when it runs, so that
``--help`` loads neither SQLAlchemy nor pendulum nor pydantic.
"""

from __future__ import annotations

import sys

import typer

from lazsa_flow.cli import ask, demo, files, graph, operate, screen

app = typer.Typer(
    name="lazsa-flow",
    help="Seller award paths as explicit state machines: move them, and ask why they did not.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode="rich",
)
app.command()(demo.demo)
app.command()(screen.screen)
app.add_typer(files.app, name="import")
app.command()(ask.show)
app.command()(ask.explain)
app.command()(ask.due)
app.command()(ask.ledger)
app.command()(operate.sweep)
app.command()(operate.run)
app.command()(operate.migrate)
app.command()(graph.graph)


def main() -> None:
    """Run the command line; an error of ours is one message and exit code 1."""
    from lazsa_flow.errors import LazsaError

    try:
        app()
    except LazsaError as error:
        print(f"error: {error}", file=sys.stderr)  # noqa: T201 - the command line's voice
        sys.exit(1)
