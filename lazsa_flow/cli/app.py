"""What can be typed?

The commands, each in a file with its kin. A command imports what it needs when it runs, so that
``--help`` loads neither SQLAlchemy nor pendulum nor pydantic.
"""

from __future__ import annotations

import sys

import typer

from lazsa_flow.award.cli import (
    announcements,
    appeals,
    country_team,
    demo,
    entry,
    imports,
    manage,
    merging,
    nominations,
    panels,
    people,
    perks,
    screen,
    sellers,
    today,
    trainers,
)
from lazsa_flow.cli import (
    backup,
    config_check,
    countries,
    cycles,
    due,
    explain,
    graph,
    init,
    inspect,
    irreversible,
    ledger,
    lists,
    notices,
    operate,
    paths,
    pausing,
    policies,
    serve,
    timers,
    verify,
    view,
)
from lazsa_flow.cli.failure import fail, fail_usage
from lazsa_flow.cli.options import Version
from lazsa_flow.cli.output import degrade_unencodable
from lazsa_flow.cli.safe_group import SafeGroup

app = typer.Typer(
    name="lazsa-flow",
    cls=SafeGroup,
    help="Seller award paths as explicit state machines: move them, and ask why they did not.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    rich_markup_mode="rich",
)


@app.callback()
def options(version: Version = False) -> None:
    """Take what stands before every command."""
    del version  # its callback has printed it


app.command()(demo.demo)
app.command()(screen.screen)
app.add_typer(imports.app, name="import")
for command in (
    people.nominate,
    people.score,
    people.recuse,
    people.fire,
    manage.readmit,
    pausing.pause,
    pausing.resume,
    pausing.pauses,
    irreversible.unpark,
    irreversible.erase,
    irreversible.purge,
):
    app.command()(command)
app.add_typer(people.reconnect, name="reconnect")
irreversible.seller.command()(merging.show)
irreversible.seller.command()(merging.merge)
irreversible.seller.command()(merging.unmerge)
app.add_typer(irreversible.seller, name="seller")
app.add_typer(cycles.cycle, name="cycle")
app.add_typer(manage.case, name="case")
app.add_typer(trainers.trainer, name="trainer")
app.add_typer(entry.entry, name="entry")
app.add_typer(panels.panel, name="panel")
app.add_typer(appeals.appeal, name="appeal")
app.add_typer(policies.policy, name="policy")
app.add_typer(countries.country, name="country")
app.add_typer(timers.timers, name="timers")
app.add_typer(perks.perks, name="perks")
app.command()(announcements.announce)
app.add_typer(announcements.announcement, name="announcement")
app.add_typer(notices.outbox, name="outbox")
app.add_typer(notices.notices, name="notices")
app.command()(notices.relay)
app.command()(inspect.show)
app.command()(inspect.history)
app.command()(explain.explain)
app.command()(due.due)
for answer in (
    sellers.badge,
    sellers.entitlements,
    sellers.fame,
    sellers.members,
    sellers.outcome,
    sellers.contact,
    sellers.consent,
    paths.states,
    paths.journal,
    today.today,
    country_team.reviewers,
    country_team.stats,
):
    app.command()(answer)
app.command("list")(lists.list_all)
app.add_typer(country_team.facts, name="facts")
app.add_typer(config_check.config, name="config")
app.command("open")(paths.open_path)
app.command("state-at")(paths.state_at)
app.add_typer(ledger.ledger, name="ledger")
app.add_typer(nominations.nomination, name="nomination")
app.command()(operate.sweep)
app.command()(operate.parked)
app.command()(serve.run)
app.command()(serve.worker)
app.command()(serve.ticker)
app.command()(serve.doctor)
app.command()(backup.backup)
app.command()(backup.restore)
app.command()(verify.verify)
app.command()(init.init)
app.command()(operate.migrate)
app.command()(graph.graph)
app.command()(view.view)


def main() -> None:
    """Run the command line; an error of ours is one message and exit code 1."""
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
