"""The command line of the award programme: the general commands and the award's own."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NoReturn, cast

from lazsa_flow.award.cli import (
    announcements,
    appeals,
    country_team,
    cycles,
    demo,
    entry,
    erasure,
    imports,
    lists,
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
from lazsa_flow.cli.app import build_app, run_command_line
from lazsa_flow.cli.application import (
    COMPLIANCE,
    INSPECT,
    OPERATE,
    SET_UP,
    Application,
    Entry,
)

if TYPE_CHECKING:
    from collections.abc import Mapping

    from lazsa_flow.award.programme import Programme
    from lazsa_flow.lifecycle.model import Path
    from lazsa_flow.service.service import FlowService

JUDGE: Final = "Nominate and judge"
COMMANDS: Final = (
    Entry(JUDGE, people.nominate),
    Entry(JUDGE, nominations.nomination, "nomination"),
    Entry(JUDGE, people.score),
    Entry(JUDGE, people.recuse),
    Entry(JUDGE, panels.panel, "panel"),
    Entry(JUDGE, country_team.reviewers),
    Entry(JUDGE, appeals.appeal, "appeal"),
    Entry(JUDGE, people.reconnect, "reconnect"),
    Entry(JUDGE, trainers.trainer, "trainer"),
    Entry(JUDGE, entry.entry, "entry"),
    Entry(JUDGE, sellers.consent),
    Entry(OPERATE, imports.app, "import"),
    Entry(OPERATE, merging.seller, "seller"),
    Entry(OPERATE, cycles.cycle, "cycle"),
    Entry(OPERATE, perks.perks, "perks"),
    Entry(OPERATE, announcements.announce),
    Entry(OPERATE, announcements.announcement, "announcement"),
    Entry(INSPECT, today.today),
    Entry(INSPECT, lists.list_all, "list"),
    Entry(INSPECT, country_team.facts, "facts"),
    Entry(INSPECT, country_team.stats),
    Entry(INSPECT, sellers.badge),
    Entry(INSPECT, sellers.entitlements),
    Entry(INSPECT, sellers.fame),
    Entry(INSPECT, sellers.members),
    Entry(INSPECT, sellers.outcome),
    Entry(INSPECT, sellers.contact),
    Entry(INSPECT, screen.screen),
    Entry(COMPLIANCE, manage.case, "case"),
    Entry(COMPLIANCE, erasure.erase),
    Entry(COMPLIANCE, erasure.purge),
    Entry(COMPLIANCE, erasure.readmit),
    Entry(SET_UP, demo.demo),
)
"""The award's own commands, in the order of its help."""

RENAMED_COMMANDS: Final = {
    "assign": ("panel", "assign"),
    "complete": ("nomination", "complete"),
    "invite": ("trainer", "invite"),
    "withdraw": ("nomination", "withdraw"),
}
"""Earlier spellings of commands, which are no longer shown, with those of today."""


def _load_programme() -> type[Programme]:
    from lazsa_flow.award.programme import Programme

    return Programme


def _describe(service: FlowService, path: Path) -> Mapping[str, str | None]:
    """Return the title that goes with a path, and the state of an appeal on it, if there is one."""
    programme = cast("Programme", service)  # it is what _load_programme returns
    appeal = programme.outcome(path.ref).appeal if "appeal" in path.periods else None
    return {"title": programme.title(path), "appeal": appeal}


app = build_app(
    Application(
        help="Seller award paths as explicit state machines: move them, and explain each move.",
        load=_load_programme,
        commands=COMMANDS,
        sections=(JUDGE,),
        subject="seller",
        renamed_commands=RENAMED_COMMANDS,
        option_aliases={"--subject": "--seller"},
        describe=_describe,
    )
)


def main() -> NoReturn:
    """Run the command line of the award programme."""
    run_command_line(app)
