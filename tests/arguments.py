"""What each public method of the programme can be given: so that all can be called, new ones too.

It is said in the world of :mod:`tests.integration.world` with an ambassador ``s1`` on ``award-1``
and a nominee ``s2`` on ``award-2``, on the 20th of September 2020.
"""

from __future__ import annotations

import inspect
from datetime import date
from decimal import Decimal
from importlib.resources import files
from typing import TYPE_CHECKING, Any

from lazsa_flow.award.commands.turnover_record import TurnoverRecord
from lazsa_flow.award.rules.facts import Facts
from lazsa_flow.award.rules.panel import ITEMS
from lazsa_flow.lifecycle.model import Actor
from tests.factories import noon
from tests.integration.world import COMPLIANCE, EMPLOYEE, SCORES, SEATS, shipped

if TYPE_CHECKING:
    from collections.abc import Callable

TEAM = Actor("team", "team-SG", "SG")
MANAGER = Actor("manager", "m-1")
OPERATOR = Actor("operator", "op-1")
ONBOARDING = Actor("onboarding", "on-1", "SG")
TURNOVER = [
    TurnoverRecord("lazada", "acc", f"2019-{month:02}", Decimal(9000), "electronics")
    for month in range(1, 13)
]
POLICY = next(each for each in shipped().policies if each.lifecycle == "award")
SAMPLES: dict[str, Any] = {
    "actor": OPERATOR,
    "at": None,
    "applicant": "a1",
    "case": "case-1",
    "category": "electronics",
    "chunk": 10,
    "command": lambda dry: dry.explain("s1"),
    "comment": "As discussed.",
    "country": "SG",
    "cycle_on": date(2020, 10, 1),
    "data": {},
    "given": True,
    "kind": "nominated",
    "lifecycle": "award",
    "limit": 5,
    "name": "s1",
    "new": "s5",
    "number": 1,
    "old": "s4",
    "on": date(2020, 10, 1),
    "path": "award-2",
    "person": "s2",
    "paused": False,
    "provenance": "own",
    "rate": 10,
    "reason": "nominee",
    "records": TURNOVER,
    "reviewer": "rev-books",
    "reviewers": {name: team for name, team in SEATS.items() if name != "s1"},
    "scores": SCORES,
    "seller": "s1",
    "statement": "Helps.",
    "step": "get_app",
    "subject": "s9",
    "text": POLICY.text.replace(POLICY.version, "2020-9"),
    "trigger": "withdraw",
    "until": noon(date(2020, 10, 1)),
    "version": "2020-9",
    "what": "teaching",
    "when": noon(date(2020, 4, 1)),
}
"""What is given for a parameter of this name that must be given; for others it is a code."""
ACTORS = {
    "announce": MANAGER,
    "give_perk": MANAGER,
    "record_taken_out": MANAGER,
    "appeal": MANAGER,
    "apply_entry": Actor("seller", "a1"),
    "check_entry": Actor("seller", "a1"),
    "assign_reviewers": TEAM,
    "close_books": MANAGER,
    "close_case": COMPLIANCE,
    "complete_nomination": EMPLOYEE,
    "consent": Actor("seller", "s1"),
    "erase": Actor("host", "h"),
    "fire": Actor("seller", "s2"),
    "invite_trainer": EMPLOYEE,
    "merge_sellers": Actor("host", "h"),
    "move_country": Actor("host", "h"),
    "nominate": Actor("employee", "emp-9"),
    "lift_suspension": MANAGER,
    "open_case": COMPLIANCE,
    "panel_cards": MANAGER,
    "preview_policy": MANAGER,
    "readmit": Actor("host", "h"),
    "reconnect_step": Actor("seller", "s1"),
    "record_shown": EMPLOYEE,
    "recuse": Actor("reviewer", "rev-law", "SG", "law"),
    "release_country": MANAGER,
    "release_policy": MANAGER,
    "score": Actor("reviewer", "rev-books", "SG", "books"),
    "remind_reviewers": TEAM,
    "set_aside_card": MANAGER,
    "suspend_cycle": MANAGER,
    "unassign_reviewer": TEAM,
    "unmerge_sellers": Actor("host", "h"),
    "withdraw_nomination": EMPLOYEE,
}
"""Who gives a command, where the operator may not."""
CARD = ",".join(("seller_id,reviewer_id,team", *ITEMS, "comment,recusal_reason"))
FILES = {
    "import_contacts": "seller_id,email,locale,name\ns1,s1@shop.example,en,A shop\n",
    "import_nominations": "seller_id,source,nominator_id,statement\ns4,employee,emp-3,Helps.\n",
    "import_scorecards": f"{CARD}\ns2,rev-care,care,{'4,' * len(ITEMS)}As discussed.,\n",
}
"""What the files hold that are imported."""
COUNTRY = files("lazsa_flow").joinpath("defaults/countries/sg.toml").read_text("utf-8")
OTHERS: dict[str, dict[str, Any]] = {
    "announce": {
        "title": "News",
        "text": "There is news.",
        "audience": "both",
        "kind": "campaign",
    },
    "give_perk": {"seller": "s1", "perk": "award_kit"},
    "announcement": {"number": 1},
    "release_country": {"text": COUNTRY},
    "erase": {"seller": "s2"},
    "fire": {"reason": "nominee"},
    "record_facts": {"facts": [Facts("s4", "SG", date(2020, 9, 1))]},
    "invite_trainer": {"shown": ("teaching", "speaking")},
    "nominate": {"seller": "s4"},
    "request_command": {"command": "resume", "arguments": {"reason": "checked"}},
}
"""What some methods are given instead."""


def arguments_of(name: str, method: Callable[..., Any]) -> dict[str, Any]:
    """Return what a method must be given, but for a file."""
    given: dict[str, Any] = {}
    for each in list(inspect.signature(method).parameters.values())[1:]:
        if each.name == "actor":
            given["actor"] = ACTORS.get(name, OPERATOR)
        elif each.default is inspect.Parameter.empty and each.name != "file":
            given[each.name] = SAMPLES.get(each.name, "SG")
    return given | OTHERS.get(name, {})
