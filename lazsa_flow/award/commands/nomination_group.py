"""Nomination groups: nominations that are checked one by one and written together.

A single command is a group of one; an import takes a group for each batch of rows. Everything
that is checked is read before, in a few statements. Nothing is written until
:meth:`NominationGroup.write`, so a refused nomination leaves nothing behind, and later ones see
those before them.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from lazsa_flow.award.commands.conduct_bars import surviving_bars_of_all
from lazsa_flow.award.commands.nomination_window import check_window, open_cycle
from lazsa_flow.award.permissions import check_command
from lazsa_flow.award.retention import keep_text_until
from lazsa_flow.award.rules.facts import Nomination
from lazsa_flow.award.rules.perks import LIFECYCLE
from lazsa_flow.award.store.evidence import NumberedNomination, NumberedText
from lazsa_flow.engine.batch.openings import OpeningBatch
from lazsa_flow.engine.opening import SubjectHistory, build_unopened_path
from lazsa_flow.engine.row_builder import timer_row
from lazsa_flow.engine.rulebook import clock_actor
from lazsa_flow.errors import ConflictError, NotAllowedError, no_seller
from lazsa_flow.lifecycle.calendar import TICK
from lazsa_flow.lifecycle.ids import same_person
from lazsa_flow.service.requests import check_text
from lazsa_flow.service.subject_commands import names_of

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping
    from datetime import date, datetime

    from lazsa_flow.award.store.transaction import AwardTransaction
    from lazsa_flow.engine.batch.openings import BatchedOpening
    from lazsa_flow.lifecycle.model import Actor, Path
    from lazsa_flow.service.context import Context
    from lazsa_flow.store.subject_prefetch import SubjectSeen


@dataclass(frozen=True, slots=True)
class Nominated:
    """The result of a nomination.

    Attributes:
        path: The path's reference.
        nomination: The nomination's number.
        supporting: Whether it joined a path that was open already.
        cycle_on: The cycle date it belongs to, as ``YYYY-MM-DD``.
    """

    path: str
    nomination: int
    supporting: bool
    cycle_on: str


@dataclass(slots=True)
class _Seller:
    """A seller as the nominations of the group have left them.

    Attributes:
        path: Their open path; one that is not written yet has no number.
        timers: The names of the path's pending timers.
        nominations: Those of the path; one that is not written yet has no number.
    """

    seen: SubjectSeen
    path: Path | None
    timers: set[str]
    nominations: list[Nomination]


@dataclass(slots=True)
class _Made:
    """A nomination that was checked and is not written yet."""

    seller: _Seller
    actor: Actor
    statement: str
    opening: BatchedOpening | None
    place: int

    @property
    def complete(self) -> bool:
        return bool(self.statement.strip())

    def nomination(self, number: int) -> Nomination:
        actor = self.actor
        return Nomination(number, actor.role, actor.id, complete=self.complete, withdrawn=False)


class NominationGroup:
    """Nominations of one transaction.

    Args:
        context: By whose rules.
        transaction: Where they are written.
        sellers: Whom they are about.
        seen: What is recorded about these sellers, and about the ambassadors who nominate them.
        now: The present instant.
    """

    def __init__(
        self,
        context: Context,
        transaction: AwardTransaction,
        sellers: Collection[str],
        seen: Mapping[str, SubjectSeen],
        now: datetime,
    ) -> None:
        self._context, self._transaction, self._now = context, transaction, now
        self._seen = seen
        self._sitting: set[str] = set()
        self._cycles: dict[str, date] = {}
        self._made: list[_Made] = []
        self._openings = OpeningBatch(transaction, context.rulebook)
        self._bars = surviving_bars_of_all(context, transaction, sellers)
        open_paths = {seller: self._open_path(seen[seller]) for seller in sellers}
        numbers = [path.id for path in open_paths.values() if path is not None]
        made = transaction.nominations_of_all(numbers) if numbers else {}
        self._sellers = {
            seller: _Seller(
                seen[seller],
                path,
                {timer.name for timer in seen[seller].timers if path and timer.path_id == path.id},
                list(made.get(path.id, ())) if path else [],
            )
            for seller, path in open_paths.items()
        }

    def _open_path(self, seen: SubjectSeen) -> Path | None:
        open_states = self._context.rulebook.lifecycle(LIFECYCLE).open_states
        own = (p for p in seen.paths if p.lifecycle == LIFECYCLE and p.state in open_states)
        return next(own, None)

    def own_nomination(self, seller: str, actor: Actor) -> Nomination | None:
        """Return an actor's nomination on a seller's open path, if it was not withdrawn."""
        for each in self._sellers[seller].nominations:
            if (each.nominator, each.source) == (actor.id, actor.role) and not each.withdrawn:
                return each
        return None

    def must_write_before(self, seller: str, actor: Actor) -> bool:
        """Return whether a second nomination by one person of this group would have to name it."""
        return any(
            each.id == 0 and same_person(each.nominator, actor.id)
            for each in self._sellers[seller].nominations
        )

    def add(self, seller: str, actor: Actor, statement: str) -> None:
        """Check a nomination, after the seller's overdue timers have fired; write it later.

        Raises as :meth:`lazsa_flow.award.programme.Programme.nominate`.
        """
        check_text("nomination", "statement", statement)
        own = self._sellers[seller]
        if own.seen.country is None:
            raise no_seller(seller)
        check_command("nominate", actor, subject=seller, country=own.seen.country)
        if actor.role == "ambassador":
            self._check_sitting(actor)
        if own.path is not None and own.path.id:
            self._context.check_settled(self._transaction, [own.path.id], self._now)
        opening = None
        if own.path is not None and own.path.state in ("nominated", "under_review"):
            check_window(self._context, own.path, self._now)
            _check_new_nominator(own.path, own.nominations, actor)
        else:
            opening = self._check_opening(seller, own, own.seen.country, actor)
            edge = self._context.rulebook.lifecycle(LIFECYCLE).opening
            own.path = replace(opening.checked.seen.path, state=edge.dest)
        made = _Made(own, actor, statement, opening, len(own.nominations))
        own.nominations.append(made.nomination(0))
        self._made.append(made)

    def _check_sitting(self, actor: Actor) -> None:
        """Check that a nominator holds a sitting award, with no decision overdue.

        Raises:
            NotAllowedError: They do not.
            PausedError: Whether they do waits for a timer that a pause stops.
        """
        if actor.id in self._sitting:
            return
        paths = [path for path in self._seen[actor.id].paths if path.lifecycle == LIFECYCLE]
        self._context.check_settled(self._transaction, [path.id for path in paths], self._now)
        if not any(path.period("award", self._now) for path in paths):
            rule = "only sitting ambassadors"
            raise NotAllowedError(actor=str(actor), action="nominate", rule=rule)
        self._sitting.add(actor.id)

    def _check_opening(
        self, seller: str, own: _Seller, country: str, actor: Actor
    ) -> BatchedOpening:
        rulebook = self._context.rulebook
        path = build_unopened_path(
            LIFECYCLE,
            rulebook.merged.holder_of(seller),
            country,
            self._now,
            cycle_on=self._open_cycle(country),
        )
        return self._openings.check(
            path,
            actor=actor,
            records=self._bars.get(seller, ()),
            history=SubjectHistory(own.seen.records, own.seen.paths),
        )

    def _open_cycle(self, country: str) -> date:
        """Return the cycle whose window is open; it is the same for the whole group."""
        if country not in self._cycles:
            self._cycles[country] = open_cycle(self._context, country, self._now)
        return self._cycles[country]

    def write(self) -> list[Nominated]:
        """Write what was added, and return the result of each nomination.

        Raises:
            ConflictError: Another transaction has opened a path for one of the sellers meanwhile.
        """
        made, self._made = self._made, []
        if not made:
            return []
        opening = [(each, each.opening) for each in made if each.opening is not None]
        paths, texts, nominations = self._transaction.take_nomination_numbers(
            paths=len(opening), texts=sum(each.complete for each in made), nominations=len(made)
        )
        built = self._openings.build((opened for _, opened in opening), paths)
        for (each, _), path, timers in zip(opening, built.paths, built.timers, strict=True):
            each.seller.path = path
            each.seller.timers = set(timers)
        self._transaction.write_chunk(built.changes, built.batch_changes)
        return self._write_rows(made, texts, nominations)

    def _write_rows(
        self, made: list[_Made], texts: Iterator[int], numbers: Iterator[int]
    ) -> list[Nominated]:
        """Write texts, nominations and the notices of those that support a path."""
        transaction, now = self._transaction, self._now
        written, text_rows, rows = [], [], []
        for each in made:
            path = each.seller.path
            assert path is not None
            number, text_id = next(numbers), next(texts) if each.complete else None
            if text_id is not None:
                kept = keep_text_until(self._context, path)
                text_rows.append(NumberedText(text_id, path, each.actor.id, each.statement, kept))
            as_of = self._context.rulebook.calendar(path.country).local_date(now)
            rows.append(NumberedNomination(number, path, each.actor, each.complete, text_id, as_of))
            each.seller.nominations[each.place] = each.nomination(number)
            written.append(Nominated(path.ref, number, each.opening is None, str(path.cycle_on)))
        transaction.write_nominations(text_rows, rows, now)
        for each, done in zip(made, written, strict=True):
            path = each.seller.path
            if done.supporting and path is not None:
                key = f"{path.ref}.nomination.{done.nomination}"
                transaction.add_notice(path, key, "nominated", "seller", now)
                if (
                    each.complete
                    and path.state == "nominated"
                    and "review_opens" not in each.seller.timers
                ):
                    open_review_now(self._context, transaction, path, now)
                    each.seller.timers.add("review_opens")
        return written


def read_group(
    context: Context,
    transaction: AwardTransaction,
    sellers: Collection[str],
    ambassadors: Collection[str],
    now: datetime,
) -> NominationGroup:
    """Return an empty group of nominations of these sellers, with what is recorded about them."""
    persons = dict.fromkeys((*sellers, *ambassadors))
    seen = transaction.read_subjects(names_of(context, persons))
    return NominationGroup(context, transaction, list(dict.fromkeys(sellers)), seen, now)


def _check_new_nominator(path: Path, nominations: Collection[Nomination], actor: Actor) -> None:
    """Check that a nominator has no nomination on the path that stands.

    Raises:
        ConflictError: They have.
    """
    if any(same_person(each.nominator, actor.id) and not each.withdrawn for each in nominations):
        raise ConflictError(path.subject, f"nominated by {actor} already, as {path.ref}")


def open_review_now(
    context: Context, transaction: AwardTransaction, path: Path, now: datetime
) -> None:
    """Open review the moment a nomination is completed after its window has closed."""
    seen = context.load(transaction, path.ref, now)
    if any(timer.name == "review_opens" for timer in seen.timers):
        return
    guard_context = context.rulebook.guard_context(
        seen, at=now, recorded_at=now, actor=clock_actor("review_opens")
    )
    transaction.set_timer(timer_row(guard_context, "review_opens", now + TICK, decides=True))
