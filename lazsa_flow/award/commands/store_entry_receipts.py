"""Receipts: what was received with an application for a store.

Source:
    programme.md, "The lifecycles", Store entry.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING, Any, cast

from lazsa_flow.award.lifecycles.entry import judged_months
from lazsa_flow.lifecycle.model import Move
from lazsa_flow.lifecycle.values import FrozenDict
from lazsa_flow.service.move_json import move_from_json

if TYPE_CHECKING:
    from collections.abc import Mapping

    from lazsa_flow.award.lifecycles.entry import EntryPolicy
    from lazsa_flow.service.context import Context


@dataclass(frozen=True, slots=True)
class Received:
    """What was received with an application.

    Attributes:
        records: How many records.
        months: The turnover of each month that is judged, in US dollars; 0 where no record is of
            it.
        set_aside: The months of the other records, which are neither judged nor used.
    """

    records: int
    months: Mapping[str, Decimal]
    set_aside: tuple[str, ...]

    def to_json(self) -> dict[str, Any]:
        """Return it as JSON values."""
        return {
            "records": self.records,
            "months": {month: str(usd) for month, usd in self.months.items()},
            "set_aside": list(self.set_aside),
        }

    def __str__(self) -> str:
        months = ", ".join(f"{month} USD {usd:.2f}" for month, usd in self.months.items())
        aside = f"; set aside, not judged: {', '.join(self.set_aside)}" if self.set_aside else ""
        return f"{self.records} records: {months}{aside}"


@dataclass(frozen=True, slots=True)
class EntryReceipt(Move):
    """The opening of an application, with what was received.

    Attributes:
        path: The path's reference.
        seq: The number of the journal row in its path, from 1.
        effective_at: When it took effect.
        recorded_at: When it was recorded.
        source: The state that it left; ``None`` where the path was opened.
        dest: The state that the path is in afterwards.
        actor: Who acted, as ``role:id``.
        reason: The reason code, if there is one.
        received: What was received.

    Units:
        Instants are aware, in UTC.
    """

    received: Received = Received(0, FrozenDict(), ())


def receipt_of(fields: Mapping[str, Any]) -> EntryReceipt:
    """Read a receipt from its JSON values."""
    move = move_from_json({name: value for name, value in fields.items() if name != "received"})
    stored = fields.get("received") or {"records": 0, "months": {}, "set_aside": ()}
    months = {month: Decimal(usd) for month, usd in stored["months"].items()}
    received = Received(stored["records"], FrozenDict(months), tuple(stored["set_aside"]))
    values = {name: getattr(move, name) for name in Move.__slots__}
    return EntryReceipt(**values, received=received)


def received_of(context: Context, data: Mapping[str, Any]) -> Received:
    """Return what was received, by the data of an application's path and the present policy."""
    policy = context.rulebook.policy_at("entry", context.clock.now())
    return read_received(data, cast("EntryPolicy", policy).months)


def read_received(data: Mapping[str, Any], months: int) -> Received:
    """Return what was received, by the data of an application's path.

    Args:
        data: The data.
        months: How many closed months are judged.
    """
    judged = judged_months(data, months)
    sums = dict.fromkeys(judged, Decimal(0))
    for record in data["records"]:
        if record["month"] in sums:
            sums[record["month"]] += Decimal(record["usd"])
    aside = sorted({record["month"] for record in data["records"]} - set(judged))
    return Received(len(data["records"]), FrozenDict(sums), tuple(aside))
