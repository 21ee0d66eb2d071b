"""Several databases, each a whole programme: one question to all of them.

A country, or a bucket of subjects, has a database of its own. What people ask across them is asked
here: each answers for itself, under its name, and one that cannot be reached is named while the
others answer. Nothing here writes: a command goes to the one database that it belongs to.
"""

from __future__ import annotations

import threading
from collections import defaultdict
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import TYPE_CHECKING, Generic, TypeVar

from lazsa_flow.database_urls import name_databases
from lazsa_flow.engine.ledger import Book
from lazsa_flow.errors import ClosedError, LazsaError, NotFoundError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence
    from datetime import date, datetime
    from types import TracebackType
    from typing import Self

    from lazsa_flow.database_urls import NamedDatabase
    from lazsa_flow.service.service import FlowService

Service = TypeVar("Service", bound="FlowService")
Answer = TypeVar("Answer")


@dataclass(frozen=True, slots=True)
class DatabaseAnswer(Generic[Answer]):
    """What one database answered.

    Attributes:
        database: Its name.
        answer: What it answered; ``None`` where it did not.
        error: Why it did not answer; ``None`` where it did.
    """

    database: str
    answer: Answer | None
    error: LazsaError | None = None


class SeveralDatabases(Generic[Service]):
    """The same service on several databases, such as ``SeveralDatabases(urls, Programme.open)``.

    Each is opened when it is first asked, and again at each question as long as it cannot be.
    Thread-safe; close it, or use it as a context manager, to release every connection.

    Args:
        databases: URLs, each with a name before it (``sg=sqlite:///sg.db``) or without; as several
            texts, or all in one with spaces or commas between them.
        opener: Opens the service on one URL.

    Raises:
        InputError: No database is named, or one is named twice.
    """

    def __init__(self, databases: str | Sequence[str], opener: Callable[[str], Service]) -> None:
        named = name_databases([databases] if isinstance(databases, str) else databases)
        self._members = {each.name: _Member(each, opener) for each in named}

    @property
    def names(self) -> tuple[str, ...]:
        """The databases' names, in the order in which they were given."""
        return tuple(self._members)

    def service(self, name: str) -> Service:
        """Return the service on one database.

        Args:
            name: The database's name.

        Raises:
            NotFoundError: None has this name.
            LazsaError: It cannot be opened.
        """
        if name not in self._members:
            raise NotFoundError("database", name, among=self._members)
        return self._members[name].open()

    def ask(self, question: Callable[[Service], Answer]) -> list[DatabaseAnswer[Answer]]:
        """Ask every database the same, all of them at once.

        Args:
            question: Gets the service on one database and returns its answer, such as
                ``lambda service: service.pauses()``.

        Returns:
            One answer for each database, in their order. Where it cannot be reached, or refuses,
            the error stands in its place; an error of the question itself is raised.
        """
        return self.ask_by_name(lambda _name, service: question(service))

    def ask_by_name(
        self, question: Callable[[str, Service], Answer]
    ) -> list[DatabaseAnswer[Answer]]:
        """Ask every database as :meth:`ask` does, by a question that needs its name, too.

        Args:
            question: Gets the database's name and the service on it, and returns its answer.

        Returns:
            An answer, or the error, of each database.
        """
        with ThreadPoolExecutor(len(self._members)) as pool:
            return list(pool.map(lambda member: member.ask(question), self._members.values()))

    def ledger(self, *, until: datetime | None = None) -> list[DatabaseAnswer[list[Book]]]:
        """Lay out the books of each database.

        Args:
            until: The instant up to which is counted, aware; each service's own by default.

        Returns:
            The rows, or the error, of each database.
        """
        return self.ask(lambda service: service.ledger(until=until))

    def states(self, lifecycle: str | None = None) -> list[DatabaseAnswer[dict[str, int]]]:
        """Count the paths in each state of each database.

        Args:
            lifecycle: Only this lifecycle's states.

        Returns:
            The numbers by state, or the error, of each database.
        """
        return self.ask(lambda service: service.states(lifecycle))

    def close(self) -> None:
        """Close every connection; later questions are answered by :class:`ClosedError`."""
        for member in self._members.values():
            member.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        _kind: type[BaseException] | None,
        _error: BaseException | None,
        _trace: TracebackType | None,
    ) -> None:
        self.close()


class _Member(Generic[Service]):
    """One database, opened as soon as it can be."""

    def __init__(self, database: NamedDatabase, opener: Callable[[str], Service]) -> None:
        self._database = database
        self._opener = opener
        self._lock = threading.Lock()
        self._opened: Service | None = None
        self._closed = False

    def open(self) -> Service:
        with self._lock:
            if self._closed:
                raise ClosedError
            if self._opened is None:
                self._opened = self._opener(self._database.url)
            return self._opened

    def ask(self, question: Callable[[str, Service], Answer]) -> DatabaseAnswer[Answer]:
        name = self._database.name
        try:
            return DatabaseAnswer(name, question(name, self.open()))
        except LazsaError as error:
            return DatabaseAnswer(name, None, error)

    def close(self) -> None:
        with self._lock:
            self._closed = True
            if self._opened is not None:
                self._opened.close()


def add_books(answers: Iterable[DatabaseAnswer[list[Book]]]) -> list[Book]:
    """Add the books of those that answered: one row for each country and cycle date."""
    sums: defaultdict[tuple[date, str], list[int]] = defaultdict(lambda: [0, 0, 0, 0])
    for each in answers:
        for book in each.answer or ():
            added = (book.due, book.moved, book.refused, book.parked)
            row = sums[book.on, book.country]
            row[:] = [one + other for one, other in zip(row, added, strict=True)]
    return [Book(on, country, *row) for (on, country), row in sorted(sums.items())]
