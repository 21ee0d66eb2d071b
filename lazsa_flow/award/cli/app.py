"""The command line of the award programme: the general commands and the award's own."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NoReturn, cast

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
    from lazsa_flow.foresight.proof.rules import ProofRules
    from lazsa_flow.lifecycle.model import Path
    from lazsa_flow.service.service import FlowService

JUDGE: Final = "Nominate and judge"
COMMANDS: Final = (
    Entry(JUDGE, "lazsa_flow.award.cli.people:nominate"),
    Entry(JUDGE, "lazsa_flow.award.cli.nominations:nomination", "nomination"),
    Entry(JUDGE, "lazsa_flow.award.cli.people:score"),
    Entry(JUDGE, "lazsa_flow.award.cli.people:recuse"),
    Entry(JUDGE, "lazsa_flow.award.cli.panels:panel", "panel"),
    Entry(JUDGE, "lazsa_flow.award.cli.country_team:reviewers"),
    Entry(JUDGE, "lazsa_flow.award.cli.appeals:appeal", "appeal"),
    Entry(JUDGE, "lazsa_flow.award.cli.people:reconnect", "reconnect"),
    Entry(JUDGE, "lazsa_flow.award.cli.trainers:trainer", "trainer"),
    Entry(JUDGE, "lazsa_flow.award.cli.entry:entry", "entry"),
    Entry(JUDGE, "lazsa_flow.award.cli.sellers:consent"),
    Entry(OPERATE, "lazsa_flow.award.cli.imports:app", "import"),
    Entry(OPERATE, "lazsa_flow.award.cli.merging:seller", "seller"),
    Entry(OPERATE, "lazsa_flow.award.cli.cycles:cycle", "cycle"),
    Entry(OPERATE, "lazsa_flow.award.cli.perks:perks", "perks"),
    Entry(OPERATE, "lazsa_flow.award.cli.announcements:announce"),
    Entry(OPERATE, "lazsa_flow.award.cli.announcements:announcement", "announcement"),
    Entry(INSPECT, "lazsa_flow.award.cli.today:today"),
    Entry(INSPECT, "lazsa_flow.award.cli.lists:list_all", "list"),
    Entry(INSPECT, "lazsa_flow.award.cli.rehearse:rehearse"),
    Entry(INSPECT, "lazsa_flow.award.cli.country_team:facts", "facts"),
    Entry(INSPECT, "lazsa_flow.award.cli.country_team:stats"),
    Entry(INSPECT, "lazsa_flow.award.cli.sellers:badge"),
    Entry(INSPECT, "lazsa_flow.award.cli.sellers:entitlements"),
    Entry(INSPECT, "lazsa_flow.award.cli.sellers:fame"),
    Entry(INSPECT, "lazsa_flow.award.cli.sellers:members"),
    Entry(INSPECT, "lazsa_flow.award.cli.sellers:outcome"),
    Entry(INSPECT, "lazsa_flow.award.cli.sellers:contact"),
    Entry(INSPECT, "lazsa_flow.award.cli.screen:screen"),
    Entry(COMPLIANCE, "lazsa_flow.award.cli.manage:case", "case"),
    Entry(COMPLIANCE, "lazsa_flow.award.cli.erasure:erase"),
    Entry(COMPLIANCE, "lazsa_flow.award.cli.erasure:purge"),
    Entry(COMPLIANCE, "lazsa_flow.award.cli.erasure:readmit"),
    Entry(SET_UP, "lazsa_flow.award.cli.policies:policy", "policy"),
    Entry(SET_UP, "lazsa_flow.award.cli.demo:demo"),
)
"""The award's own commands, in the order of its help."""

RENAMED_COMMANDS: Final = {
    "assign": ("panel", "assign"),
    "complete": ("nomination", "complete"),
    "invite": ("trainer", "invite"),
    "withdraw": ("nomination", "withdraw"),
}
"""Earlier spellings of commands, which are no longer shown, with those of today."""

NEXT_COMMANDS: Final = {
    **dict.fromkeys(("path", "seller or path", "path of the seller", "award path"), ("list",)),
    "seller": ("list",),
}
"""The words of the command that lists what there is, by the kind of what was not found."""


def _load_programme() -> type[Programme]:
    from lazsa_flow.award.programme import Programme

    return Programme


def _load_proof_rules() -> Mapping[str, ProofRules]:
    from lazsa_flow.award.proof.rules import PROOF_RULES

    return PROOF_RULES


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
        next_commands=NEXT_COMMANDS,
        describe=_describe,
        load_proof_rules=_load_proof_rules,
    )
)


def main() -> NoReturn:
    """Run the command line of the award programme."""
    run_command_line(app)
