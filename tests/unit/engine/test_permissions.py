"""Denied unless a permit covers role, reason and relation (programme.md, the lifecycles)."""

from __future__ import annotations

import pytest

from lazsa_flow.engine.permissions import authorize, describe_edge_rule, matches_relation
from lazsa_flow.errors import NotAllowedError
from lazsa_flow.lifecycle.model import Actor
from lazsa_flow.lifecycle.table import Edge, Permit
from tests.factories import SELLER, context, nomination, table

EDGE = Edge(
    "leave",
    ("awarded",),
    "retired",
    (
        Permit("seller", ("resigned",), relation="self"),
        Permit("employee", ("advised",), relation="nominator"),
        Permit("team", relation="country"),
        Permit("host", ("account_closed", "merged")),
        Permit("system", ("lapsed",)),
        Permit("system"),
    ),
)
SEEN = context(nominations=[nomination(nominator="emp-1")]).snapshot

MAY = [
    (Actor("seller", SELLER), "resigned"),
    (Actor("seller", SELLER, "SG"), "resigned"),
    (Actor("employee", "emp-1"), "advised"),
    (Actor("team", "team-sg", "SG"), None),
    (Actor("host", "host-1"), "account_closed"),
    (Actor("host", "host-1", "SG"), "merged"),
]
MAY_NOT = [
    (Actor("seller", "seller-2"), "resigned"),
    (Actor("seller", SELLER), None),
    (Actor("seller", SELLER), "account_closed"),
    (Actor("employee", "emp-2"), "advised"),
    (Actor("team", "team-id", "ID"), None),
    (Actor("team", "team"), None),
    (Actor("team", "team-sg", "SG"), "resigned"),
    (Actor("host", "host-1", "ID"), "account_closed"),
    (Actor("manager", "man-1"), "resigned"),
    (Actor("system", "cycle_date"), "lapsed"),
    (Actor("system", "cycle_date"), None),
    (Actor("nobody", "x-9"), None),
]


@pytest.mark.parametrize(("actor", "reason"), MAY, ids=str)
def test_a_permit_lets_pass(actor: Actor, reason: str | None) -> None:
    """Whoever a permit covers by role, reason and relation may pull the trigger."""
    authorize(table(), EDGE, SEEN, actor, reason)


@pytest.mark.parametrize(("actor", "reason"), MAY_NOT, ids=str)
def test_what_no_permit_covers_is_denied(actor: Actor, reason: str | None) -> None:
    """Another's path, reason or country is denied, and nobody speaks as the clock."""
    with pytest.raises(NotAllowedError) as caught:
        authorize(table(), EDGE, SEEN, actor, reason)
    assert (caught.value.actor, caught.value.action) == (str(actor), "leave")
    assert caught.value.rule == describe_edge_rule(EDGE, reason)


def test_the_rule_names_who_may_for_a_reason() -> None:
    """The rule tells role and relation of those who may, for the reason given, each once."""
    assert describe_edge_rule(EDGE, "resigned") == "only seller (self), team (country), system"
    assert describe_edge_rule(EDGE, None) == "only team (country), system"


def never(_relation: str) -> bool:
    """Decide a relation of a lifecycle's own: it does not hold."""
    return False


def test_what_concerns_all_countries_is_nobodys_by_country() -> None:
    """Where no country is meant, a role held in one is out of place."""
    local = Permit("team", relation="country")
    anywhere = Permit("team")
    for permit, country, may in (
        (local, None, False),
        (local, "SG", False),
        (anywhere, None, True),
        (anywhere, "SG", False),
    ):
        actor = Actor("team", "team", country)
        assert matches_relation(permit, actor, subject=None, country=None, holds=never) is may
