"""Which triggers of the shipped tables a person is asked about first."""

from __future__ import annotations

from lazsa_flow.award.lifecycles.award import AWARD
from lazsa_flow.award.lifecycles.entry import ENTRY
from lazsa_flow.award.lifecycles.trainer import TRAINER


def test_what_ends_an_award_for_good_asks() -> None:
    """Whoever retires an ambassador or revokes a standing is asked, and nobody else."""
    asking = {
        (table.name, edge.trigger, reason)
        for table in (AWARD, ENTRY, TRAINER)
        for edge in table.edges
        for reason in edge.reasons
        if table.confirms(edge.trigger, reason)
    }
    assert asking == {
        ("award", "retire", "resigned"),
        ("award", "retire", "account_closed"),
        ("award", "retire", "code_of_conduct"),
        ("award", "retire", "seller_violation"),
        ("award", "revoke_standing", "code_of_conduct"),
        ("award", "revoke_standing", "seller_violation"),
    }
    assert not AWARD.confirms("retire", None)
