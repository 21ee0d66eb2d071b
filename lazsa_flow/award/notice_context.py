"""Notice contexts: all that a notice may say, from path, journal row and policy.

A notice describes the decision as it was made, however late it is sent: reason, figures and
verdicts come from the journal row of the move, the cycle date from the notice itself, unless it has
changed (see :mod:`lazsa_flow.award.promised_dates`). Only the country, and whether an appeal is
still possible, are read when the notice is sent.

Source:
    programme.md, "Tenure, renewal, retirement": a seller sees each unmet bar, their own figure, the
    fact's date and the way to appeal; never reviewers' names, single scores or other sellers.
"""

from __future__ import annotations

from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

from lazsa_flow.award import promised_dates
from lazsa_flow.award.appeal_days import appeal_until
from lazsa_flow.award.commands import announcements, reminding
from lazsa_flow.award.commands.store_entry_receipts import read_received
from lazsa_flow.award.lifecycles.entry import EntryPolicy
from lazsa_flow.award.policy import AwardPolicy
from lazsa_flow.award.queries import CRITERIA_NAMES, unmet_bars
from lazsa_flow.award.rules.bar_figures import BARS
from lazsa_flow.lifecycle.calendar import parse_instant
from lazsa_flow.lifecycle.ids import same_person
from lazsa_flow.notices.ports import NoticeContext, Unmet

if TYPE_CHECKING:
    from collections.abc import Sequence

    from lazsa_flow.award.commands.announcements import AnnouncedNotice
    from lazsa_flow.award.commands.reminding import Reminded
    from lazsa_flow.award.policy import CriteriaPolicy
    from lazsa_flow.award.rules.facts import Nomination
    from lazsa_flow.engine.outbox_values import Claimed
    from lazsa_flow.lifecycle.guards import Verdict
    from lazsa_flow.service.context import Context


class NoticeContextBuilder:
    """Builds the contexts of notices.

    Args:
        context: Whose paths, by whose rules; replaced when rules were released.
    """

    def __init__(self, context: Context) -> None:
        self.context = context
        self._nominations: dict[int, list[Nomination]] = {}
        self._reminded: dict[str, Reminded] = {}
        self._announced: dict[str, AnnouncedNotice] = {}

    def look_up(self, notices: Sequence[Claimed]) -> None:
        """Read the nominations and figures that a batch of notices needs."""
        paths = {notice.path.id for notice in notices if notice.kind == "nominated"}
        with self.context.store.begin(write=False) as transaction:
            self._nominations = transaction.nominations_of_all(paths) if paths else {}
            self._reminded = reminding.look_up_reminded(self.context, transaction, notices)
            self._announced = announcements.look_up_announced(self.context, transaction, notices)

    def applies(self, notice: Claimed) -> bool:
        """Return whether a notice still applies to its path."""
        announced = self._announced.get(notice.key)
        if announced is not None:
            return announced.entitled
        reminded = self._reminded.get(notice.key)
        return promised_dates.applies(notice) and reminding.reminder_applies(notice, reminded)

    def reviewers_missing(self, notices: Sequence[Claimed]) -> dict[str, list[str]]:
        """Return, by the key of each notice, the seated reviewers whose card is missing now."""
        with self.context.store.begin(write=False) as transaction:
            return reminding.reviewers_missing(self.context, transaction, notices)

    def matter(self, notice: Claimed) -> NoticeContext:
        """Return the context of a notice."""
        context, path, row = self.context, notice.path, notice.row
        country = context.country(path.country)
        calendar = context.rulebook.calendar(path.country)
        as_of = row["facts_as_of"]
        announced = self._announced.get(notice.key)
        return NoticeContext(
            kind=notice.kind,
            path=path.ref,
            seller=path.subject,
            country=country,
            on=calendar.local_date(parse_instant(row["effective_at"])),
            cycle_on=promised_dates.cycle_told(notice, calendar.local_date(context.clock.now())),
            reason=row["reason"],
            **{
                "facts_as_of": as_of and date.fromisoformat(as_of),
                **self._award(notice),
                **self._entry(notice),
                **reminding.reminder_fields(context, notice, self._reminded.get(notice.key)),
                **(announced.fields if announced else {}),
            },
        )

    def _entry(self, notice: Claimed) -> dict[str, Any]:
        """Return the fields that only applications for a store have."""
        context, path = self.context, notice.path
        version = notice.row["policy"].partition("/")[2]
        if notice.kind != "entry_received" or "submitted_on" not in path.data:
            return {}
        policy = context.rulebook.policy_version(path.lifecycle, version)
        if not isinstance(policy, EntryPolicy):
            return {}
        received = read_received(path.data, policy.months)
        opened_on = context.rulebook.calendar(path.country).local_date(path.opened_at)
        return {
            "received": tuple((month, f"{usd:.2f}") for month, usd in received.months.items()),
            "set_aside": received.set_aside,
            "expires_on": opened_on + timedelta(days=policy.expires_days),
        }

    def _award(self, notice: Claimed) -> dict[str, Any]:
        """Return the fields that only award paths have."""
        context, path, row = self.context, notice.path, notice.row
        version = row["policy"].partition("/")[2]
        policy = context.rulebook.policy_version(path.lifecycle, version)
        if not isinstance(policy, AwardPolicy):
            return {}
        found: dict[str, Any] = {
            "unmet": tuple(
                _describe_unmet(verdict, policy.criteria)
                for verdict in unmet_bars(context.verdicts(path.lifecycle, row))
            ),
            "appeal_until": appeal_until(context, path),
            "grace_until": notice.cycle_on
            and notice.cycle_on + timedelta(days=policy.renewal.grace_days - 1),
            "app": policy.reconnect.app,
            "steps": (*policy.reconnect.steps, policy.reconnect.join_step),
        }
        if (
            notice.kind == promised_dates.RENEWAL
            and path.state != "renewal_due"
            and notice.cycle_on
        ):
            opens_days = policy.panel.renewal_opens_days
            found["round_opens_on"] = notice.cycle_on - timedelta(days=opens_days)
        if notice.kind == "nominated":
            standing = [each for each in self._nominations.get(path.id, ()) if not each.withdrawn]
            found["nominations"] = len(standing)
            found["by_self"] = bool(standing) and all(
                same_person(each.nominator, path.subject) for each in standing
            )
        return found


def _describe_unmet(verdict: Verdict, bars: CriteriaPolicy) -> Unmet:
    if verdict.name not in CRITERIA_NAMES:
        return Unmet(verdict.name, None, None, verdict.wording)  # the panel's figures are its own
    measured = verdict.measured
    bar = getattr(bars, BARS[verdict.name])
    return Unmet(
        verdict.name,
        measured if isinstance(measured, int) else str(measured),
        None if bar is None else str(bar),
        verdict.wording,
    )
