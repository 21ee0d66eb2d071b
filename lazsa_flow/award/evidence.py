"""The award programme's evidence: facts about sellers, the panel's scorecards, and nominations.

A row comes as the store has it: dates, rates and lists are text. What is read of it is decoded once
for each text that differs, for a cycle night's sellers share most of them.
"""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from functools import lru_cache
from typing import TYPE_CHECKING, Any, Final

from lazsa_flow.award.rules.facts import FIGURES, Facts, Nomination
from lazsa_flow.award.rules.panel import Scorecard, Tally, figures_of, pack_scores
from lazsa_flow.lifecycle.evidence import EvidenceSource, Selection
from lazsa_flow.lifecycle.ids import fold

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from lazsa_flow.lifecycle.evidence import Row, Source

_NO_CARDS: Final = figures_of(())


# -- the panel


@lru_cache(maxsize=65536)
def read_scores(text: str) -> tuple[int, ...]:
    """Read a card's scores; a recusal has none."""
    return tuple(map(int, text.split(","))) if text else ()


@lru_cache(maxsize=65536)
def _packed_scores(text: str) -> int:
    return pack_scores(read_scores(text))


def read_scorecard(row: Row) -> Scorecard:
    """Read a scorecard or recusal."""
    _path_id, _id, reviewer, team, text = row
    return Scorecard(reviewer, team, read_scores(text))


def _fold_cards(rows: Sequence[Row]) -> Tally:
    return Tally.of(map(read_scorecard, rows))


def _panel_key(rows: Sequence[Row]) -> tuple[int, int, int, int]:
    if not rows:
        return _NO_CARDS
    latest = {fold(reviewer): (team, text) for _, _, reviewer, team, text in rows}
    return figures_of([(team, _packed_scores(text)) for team, text in latest.values() if text])


def count_cards(rows: Sequence[Row]) -> Tally:
    """Return a round's tally without items and reviewers, as a sweep sees it."""
    return Tally.shown(_panel_key(rows))


PANEL: Final[EvidenceSource[Tally]] = EvidenceSource(
    "panel",
    Selection(
        "lazsa_scorecards",
        ("reviewer", "team", "scores"),
        round="cycle_on",
        persons=frozenset({"reviewer"}),
    ),
    fold=_fold_cards,
    show=Tally.shown,
    key=_panel_key,
)
"""What the panel said in the path's round; in a sweep without items and reviewers."""


# -- nominations


def read_nominations(rows: Sequence[Row]) -> tuple[Nomination, ...]:
    """Fold the events of a path's nominations, oldest first, into the state of each."""
    standing: dict[int, Nomination] = {}
    for _path_id, id_, event, of, source, nominator, complete in rows:
        if event == "made":
            standing[id_] = Nomination(id_, source, nominator, bool(complete), False)
            continue
        made = standing[of]
        standing[of] = Nomination(
            of,
            made.source,
            made.nominator,
            made.complete or event == "completed",
            made.withdrawn or event == "withdrawn",
        )
    return tuple(standing.values())


def _nominations_key(rows: Sequence[Row]) -> tuple[tuple[bool, bool], ...]:
    if not rows:
        return ()
    return tuple([(each.complete, each.withdrawn) for each in read_nominations(rows)])


def _shown_nominations(key: tuple[tuple[bool, bool], ...]) -> tuple[Nomination, ...]:
    """Return nominations of which nobody can see who made them."""
    shown: list[Nomination] = []
    for complete, withdrawn in key:
        each: Nomination = object.__new__(Nomination)
        object.__setattr__(each, "complete", complete)
        object.__setattr__(each, "withdrawn", withdrawn)
        shown.append(each)
    return tuple(shown)


NOMINATIONS: Final[EvidenceSource[tuple[Nomination, ...]]] = EvidenceSource(
    "nominations",
    Selection(
        "lazsa_nominations",
        ("event", "nomination_id", "source", "nominator", "complete"),
        persons=frozenset({"nominator"}),
    ),
    fold=read_nominations,
    show=_shown_nominations,
    key=_nominations_key,
)
"""The present state of the path's nominations; in a sweep without their nominators."""


# -- facts


_day: Callable[[str], date] = lru_cache(maxsize=65536)(date.fromisoformat)
_rate: Callable[[str], Decimal] = lru_cache(maxsize=65536)(Decimal)


def _read_flag(value: bool | int | None) -> bool | None:
    return None if value is None else bool(value)


def _read_if_known(read: Callable[[str], Any]) -> Callable[[str | None], Any]:
    """Return what reads a text that is ``None`` where nothing is known."""
    return lambda text: None if text is None else read(text)


def _read_months(text: str) -> tuple[Decimal | None, ...]:
    return tuple([_rate(month) if month else None for month in text.split(";")])


def _read_activities(text: str) -> frozenset[str]:
    return frozenset(filter(None, text.split(";")))


_READ: Final[Mapping[str, Callable[[Any], Any]]] = {
    "as_of": _day,
    "joined_on": _read_if_known(_day),
    "ncp_points": lambda points: points,
    "policy_compliant": _read_flag,
    "gmv_usd": _read_if_known(Decimal),
    "gmv_rate": _read_if_known(_rate),
    "chat_response_rate": _read_if_known(_rate),
    "monthly_cancellation_rates": _read_if_known(_read_months),
    "retention_rate": _read_if_known(_rate),
    "is_lazstar": _read_flag,
    "activities": _read_if_known(_read_activities),
}
_READ_FIGURES: Final = tuple(_READ[name] for name in FIGURES)


STORED_FACTS: Final = ("seller", "country", "as_of", *FIGURES)
"""The columns of facts that say something of a seller, in the order of the table."""
StoredFacts = tuple[Any, ...]
"""Facts as they are stored, in the order of :data:`STORED_FACTS`."""


def read_stored_facts(stored: StoredFacts) -> Facts:
    """Read facts that are as they are stored."""
    seller, country, as_of, *figures = stored
    return read_facts((0, as_of, seller, country, *figures))


def read_facts(row: Row) -> Facts:
    """Read facts that have the number of a path before them."""
    _path_id, as_of, seller, country, *figures = row
    read = [read(figure) for read, figure in zip(_READ_FIGURES, figures, strict=True)]
    return Facts(seller, country, _day(as_of), *read)


def _latest_facts(rows: Sequence[Row]) -> Facts | None:
    return read_facts(rows[0]) if rows else None


def _shown_facts(figures: Mapping[str, Any]) -> Facts:
    """Return facts that have these figures and the date alone."""
    facts: Facts = object.__new__(Facts)
    for name, figure in figures.items():
        object.__setattr__(facts, name, _READ[name](figure))
    return facts


FACTS: Final[EvidenceSource[Facts | None]] = EvidenceSource(
    "facts",
    Selection(
        "lazsa_facts",
        ("seller", "country", *FIGURES),
        by="subject",
        owner="seller",
        latest="as_of",
    ),
    fold=_latest_facts,
    show=_shown_facts,
    fields=FIGURES,
)
"""The seller's latest facts dated on or before the date judged; ``None`` where there are none."""

EVIDENCE: Final[tuple[Source, ...]] = (FACTS, PANEL, NOMINATIONS)
"""All that guards of the award's lifecycles can read besides path and records."""
