"""The award lifecycle: how a seller becomes an ambassador, stays one, and leaves.

The award path as a table, one path per candidacy. Read it with programme.md, "The lifecycles":
each edge and timer stands there with the same name.

Theory of operation:
    A nomination opens a path in the round of a cycle date. At the window's close review opens; on
    the cycle date the clock awards, carries over or declines. A year on the award falls due: the
    clock renews or retires at once, or is refused, which starts grace: reminders, and a last
    decision at its end. A compliance case that is open then puts the decision off to the next
    cycle. An ambassador who retires in good standing may join Reconnect.
"""

from __future__ import annotations

from typing import Final

from lazsa_flow.award.evidence import EVIDENCE
from lazsa_flow.award.lifecycles.award_edges import EDGES, OPENING
from lazsa_flow.award.lifecycles.award_guards import GUARDS
from lazsa_flow.award.lifecycles.award_instants import INSTANTS, ROUNDS
from lazsa_flow.award.lifecycles.award_timers import TIMERS
from lazsa_flow.award.lifecycles.indonesian import AWARD_IN_INDONESIAN
from lazsa_flow.award.policy import AwardPolicy
from lazsa_flow.award.roles import AWARD_RECIPIENTS, NOMINATOR
from lazsa_flow.lifecycle.effects import Notify
from lazsa_flow.lifecycle.table import Lifecycle, State

AWARD: Final = Lifecycle(
    name="award",
    title="LazSA award",
    translations={"id": AWARD_IN_INDONESIAN},
    rereads_rows=False,
    policy=AwardPolicy,
    evidence=EVIDENCE,
    guards=GUARDS,
    roles=("seller", "employee", "ambassador", "reviewer", "team", "compliance"),
    relations=(NOMINATOR,),
    recipients=AWARD_RECIPIENTS,
    preempts_timers=frozenset({"compliance"}),
    promised={
        "cycle_date": Notify("candidacy_rescheduled", to="seller"),
        "due_date": Notify("renewal_rescheduled", to="seller"),
        "renewal_decision": Notify("renewal_rescheduled", to="seller"),
    },
    happy_path=("nominated", "under_review", "awarded", "renewal_due", "renewed"),
    instants=INSTANTS,
    rounds=ROUNDS,
    states=(
        State("nominated", "waiting", open=True),
        State("under_review", "waiting", open=True),
        State("awarded", "active", open=True),
        State("renewal_due", "waiting", open=True),
        State("renewed", "active", open=True),
        State("retired", "success"),
        State("reconnect", "active", title="Reconnect member"),
        State("removed", "success", final=True, title="Left Reconnect"),
        State("declined", "failure", final=True),
        State("withdrawn", "failure", final=True),
    ),
    opening=OPENING,
    edges=EDGES,
    timers=TIMERS,
)
