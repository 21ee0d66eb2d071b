"""Checks of applications for a store, without submitting anything.

Source:
    programme.md, "The lifecycles", Store entry: an applicant can check the records before
    submitting, and see what was received.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from lazsa_flow.award.commands.store_entry import Application, application_data, check_application
from lazsa_flow.award.commands.store_entry_receipts import received_of
from lazsa_flow.award.commands.turnover_record import TurnoverRecord
from lazsa_flow.engine.opening import build_unopened_path
from lazsa_flow.engine.outlook import find_outlook
from lazsa_flow.engine.permissions import authorize

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from lazsa_flow.award.commands.store_entry_receipts import Received
    from lazsa_flow.award.imports.turnover import TurnoverRow
    from lazsa_flow.lifecycle.guards import Verdict
    from lazsa_flow.lifecycle.model import Actor
    from lazsa_flow.service.context import Context


@dataclass(frozen=True, slots=True)
class EntryCheck:
    """The verdicts on an application as if it were submitted now.

    Attributes:
        applicant: The applicant's id.
        received: What it brings.
        verdicts: Every guard up to the admission, held or not.
    """

    applicant: str
    received: Received
    verdicts: tuple[Verdict, ...]

    @property
    def unmet(self) -> tuple[Verdict, ...]:
        """The verdicts that prevent an admission."""
        return tuple(verdict for verdict in self.verdicts if not verdict.held)

    @property
    def admissible(self) -> bool:
        """Whether nothing prevents an admission."""
        return not self.unmet

    def to_json(self) -> dict[str, Any]:
        """Return it as JSON values."""
        return {
            "applicant": self.applicant,
            "admissible": self.admissible,
            "received": self.received.to_json(),
            "guards": [verdict.to_json() for verdict in self.verdicts],
        }


def check_entry(context: Context, application: Application, *, actor: Actor) -> EntryCheck:
    """Judge an application as if it were submitted now, writing nothing.

    Raises:
        InputError: A field is wrong; every problem is named.
        NotAllowedError: The actor may not apply for this applicant.
        NotFoundError: There is no such country.
        ConfigError: The deployment has no secret for the fingerprints.
    """
    applicant, country = application.applicant, application.country
    context.country(country)
    check_application(application)
    now = context.clock.now()
    on = context.rulebook.calendar(country).local_date(now)
    data = application_data(context, application, on)
    path = build_unopened_path("entry", applicant, country, now, data=data)
    with context.store.begin(write=False) as transaction:
        seen = transaction.load_opening(path, on=on, sources=())
    lifecycle = context.rulebook.lifecycle("entry")
    authorize(lifecycle, lifecycle.opening, seen, actor, None)
    ahead = find_outlook(context.rulebook, seen, now)
    assert ahead is not None  # the opening edge is always on the way
    verdicts = tuple(verdict for step in ahead.steps for verdict in step.verdicts)
    return EntryCheck(applicant, received_of(context, data), verdicts)


def application_of(rows: Sequence[TurnoverRow]) -> Application:
    """Return the application that these rows of a file make up."""
    first = rows[0]
    return Application(
        first.applicant,
        first.country,
        first.category,
        tuple(_records_of(rows)),
        first.provenance,
        first.consent,
    )


def _records_of(rows: Iterable[TurnoverRow]) -> Iterable[TurnoverRecord]:
    for row in rows:
        yield TurnoverRecord(
            platform=row.platform,
            account=row.account,
            month=row.month,
            amount=row.amount,
            category=row.record_category,
            currency=row.currency,
            usd_rate=row.usd_rate,
            rate_on=row.rate_on,
        )
