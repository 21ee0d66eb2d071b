"""Store entry: applications for a store, on records of turnover.

The raw records name accounts and so are personal data: they go into the erasable table, and are
deleted 90 days after the decision. The path keeps months, platforms and amounts, and a keyed
fingerprint of each record, by which a record that is used twice is found.

Source:
    programme.md, "The lifecycles", Store entry, and "Versions and data"; Turnover.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import re
from dataclasses import asdict, dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Any, Final, cast

from lazsa_flow.award.commands.store_entry_receipts import received_of
from lazsa_flow.award.lifecycles.entry import PROVENANCES, RATE_EXPECTED, closed_months, rate_fits
from lazsa_flow.engine.opening import open_path
from lazsa_flow.errors import ConfigError, InputError, Problem, shown
from lazsa_flow.lifecycle.calendar import YEARS
from lazsa_flow.lifecycle.ids import is_id
from lazsa_flow.service.move_json import move_to_json
from lazsa_flow.service.requests import request_fields

if TYPE_CHECKING:
    from lazsa_flow.award.commands.turnover_record import TurnoverRecord
    from lazsa_flow.award.lifecycles.entry import EntryPolicy
    from lazsa_flow.award.store.transaction import AwardTransaction
    from lazsa_flow.lifecycle.model import Actor, Path
    from lazsa_flow.service.context import Context

_MONTH: Final = re.compile(r"[0-9]{4}-(0[1-9]|1[0-2])", re.ASCII)
_MOST: Final = Decimal(10) ** 18
_BELOW: Final = "below 10**18"
_CODE: Final = re.compile(r"[a-z][a-z0-9_]*", re.ASCII)


@dataclass(frozen=True, slots=True)
class Application:
    """An application for a store, with its records of turnover.

    Attributes:
        category: What the store will sell.
        provenance: ``own``, ``relative`` or ``bought``.
        consent: Whether the relative's consent is recorded.
    """

    applicant: str
    country: str
    category: str
    records: tuple[TurnoverRecord, ...]
    provenance: str
    consent: bool = False


def open_application(
    context: Context, application: Application, *, actor: Actor, key: str | None
) -> dict[str, Any]:
    """Open an application; see :meth:`lazsa_flow.award.programme.Programme.apply_entry`.

    Returns:
        The opening move, with what was received.
    """
    check_application(application)
    now = context.clock.now()
    request = request_fields("apply_entry", actor, **asdict(application))

    def record_application(transaction: AwardTransaction) -> Any:
        return open_application_in(context, transaction, application, actor=actor, now=now)

    with context.fire_overdue(context.open_path_of("entry", application.applicant)):
        found: dict[str, Any] = context.run_idempotent(
            key,
            json.loads(json.dumps(request, default=str)),
            now,
            record_application,
        )
    return found


def open_application_in(
    context: Context,
    transaction: AwardTransaction,
    application: Application,
    *,
    actor: Actor,
    now: datetime,
) -> dict[str, Any]:
    """Open an application within a transaction; return the opening move and what was received."""
    applicant, country, records = application.applicant, application.country, application.records
    check_application(application)
    context.country(country)
    data = application_data(
        context, application, context.rulebook.calendar(country).local_date(now)
    )
    context.check_settled(transaction, transaction.open_paths("entry", [applicant]).values(), now)
    path, move = open_path(
        transaction,
        context.rulebook,
        "entry",
        applicant,
        country,
        actor=actor,
        now=now,
        data=data,
    )
    transaction.add_text(
        subject=applicant,
        author=actor.id,
        kind="turnover",
        body=json.dumps([asdict(record) for record in records], default=str),
        at=now,
        path_id=path.id,
    )
    return {**move_to_json(move), "received": received_of(context, data).to_json()}


def application_data(context: Context, application: Application, on: date) -> dict[str, Any]:
    """Return the path data of an application that is submitted on a day.

    Records of months that are not judged are kept; they claim nothing if there are judged ones.
    """
    records, policy = application.records, context.rulebook.policy_at("entry", context.clock.now())
    judged = closed_months(on, cast("EntryPolicy", policy).months)
    used = [record for record in records if record.month in judged] or records
    return {
        "submitted_on": on.isoformat(),
        "category": application.category,
        "provenance": application.provenance,
        "consent": application.consent,
        "records": [
            {
                "platform": record.platform,
                "month": record.month,
                "usd": str(record.usd),
                "category": record.category,
            }
            for record in records
        ],
        "claims": sorted({fingerprint_record(context.secret, record) for record in used}),
    }


def is_same_application(context: Context, path: Path, application: Application) -> bool:
    """Return whether a path was opened by this very application, on any day."""
    wanted = application_data(context, application, date.fromisoformat(path.data["submitted_on"]))
    return path.country == application.country and all(
        path.data.get(name) == value for name, value in wanted.items()
    )


def fingerprint_record(secret: bytes | None, record: TurnoverRecord) -> str:
    """Return the keyed fingerprint of a record: of platform, account and month.

    Raises:
        ConfigError: The deployment has no secret.
    """
    if not secret:
        expected = "a secret of this deployment, for the fingerprints of records"
        raise ConfigError([Problem("environment", "LAZSA_SECRET", "nothing", expected)])
    text = f"{record.platform}\n{record.account.casefold()}\n{record.month}"
    return hmac.new(secret, text.encode(), hashlib.sha256).hexdigest()


def check_application(application: Application) -> None:
    """Check every field of an application.

    Raises:
        InputError: A field is wrong; every problem is named.
    """
    category, records = application.category, application.records
    provenance = application.provenance
    asked: list[tuple[bool, str, str, object, str]] = [
        (
            _matches_pattern(_CODE, category),
            "entry",
            "category",
            category,
            "a code such as fashion",
        ),
        (
            provenance in PROVENANCES,
            "entry",
            "provenance",
            provenance,
            f"one of {', '.join(PROVENANCES)}",
        ),
    ]
    for number, record in enumerate(records, start=1):
        asked += _record_checks(record, f"record {number}")
    problems = [
        Problem(where, field, shown(value), expected)
        for sound, where, field, value, expected in asked
        if not sound
    ]
    if problems:
        raise InputError(problems)


def _record_checks(record: TurnoverRecord, where: str) -> list[tuple[bool, str, str, object, str]]:
    """Return every check of a record: its result, and the problem to report if it fails."""
    rate, dollars = record.usd_rate, record.currency == "USD"
    rated = rate is not None and record.rate_on is not None
    dated = record.rate_on is None or _is_day(record.rate_on)
    amount = _is_amount(record.amount)
    positive = rate is None or (_is_amount(rate) and rate > 0)
    currency = "USD, or another currency with the rate and its date from the host"
    account, named = is_id(record.account), is_id(record.currency)
    return [
        (_matches_pattern(_CODE, record.platform), where, "platform", record.platform, "a code"),
        (account, where, "account", record.account and "(text)", "an account's id"),
        (_matches_pattern(_MONTH, record.month), where, "month", record.month, "YYYY-MM"),
        (amount, where, "amount", record.amount, f"a Decimal of at least 0, {_BELOW}"),
        (_matches_pattern(_CODE, record.category), where, "category", record.category, "a code"),
        (named and (dollars or rated), where, "currency", record.currency, currency),
        (positive, where, "usd_rate", rate, f"a Decimal above 0, {_BELOW}"),
        (not dollars or rate in (None, 1), where, "usd_rate", rate, "no rate for USD"),
        (dated, where, "rate_on", record.rate_on, "a date"),
        (_dated_for(record), where, "rate_on", record.rate_on, RATE_EXPECTED),
    ]


def _dated_for(record: TurnoverRecord) -> bool:
    """Return whether a rate's date is in its month or the next, if both can be read."""
    rate_on = record.rate_on
    readable = rate_on is not None and _is_day(rate_on) and _matches_pattern(_MONTH, record.month)
    return not readable or rate_fits(record.month, cast("date", rate_on))


def _matches_pattern(pattern: re.Pattern[str], text: object) -> bool:
    return isinstance(text, str) and bool(pattern.fullmatch(text))


def _is_amount(value: object) -> bool:
    return isinstance(value, Decimal) and value.is_finite() and 0 <= value < _MOST


def _is_day(value: object) -> bool:
    return isinstance(value, date) and not isinstance(value, datetime) and value.year in YEARS
