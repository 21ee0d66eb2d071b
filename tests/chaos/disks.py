"""What if there is no room on the disk, at whichever write?

SQLite is told how many pages its file may have; PostgreSQL has its tables on a small file system of
their own (which only root can mount), of which a file takes what is left.
"""

from __future__ import annotations

import os
import random
import subprocess
from contextlib import ExitStack, contextmanager
from typing import TYPE_CHECKING, Any, Final

import psycopg
import sqlalchemy as sa

from lazsa_flow.award.programme import Programme
from lazsa_flow.errors import UnavailableError
from tests.chaos.audit import audit
from tests.chaos.fault import Fault, Outcome, on_both

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from tests.chaos.audit import Snapshot
    from tests.chaos.stage import Stage

MOST_ROOM: Final = 24
"""Units: pages; a chunk writes more."""
CHUNK: Final = 100
TMPFS_MB: Final = 192
_PAGE: Final = 8192


class _Pages:
    """Limits how many pages an SQLite file may have."""

    def __init__(self, programme: Programme) -> None:
        self._engine = programme._runtime.store._engine
        self._most = 2**30
        sa.event.listen(self._engine, "begin", self._limit)

    def _limit(self, connection: sa.Connection) -> None:
        connection.exec_driver_sql(f"PRAGMA max_page_count = {self._most}")

    def leave(self, pages: int | None) -> None:
        """Leave room for so many pages; ``None``: as much as there is."""
        if pages is None:
            self._most = 2**30
            return
        with self._engine.connect() as connection:
            self._most = connection.exec_driver_sql("PRAGMA page_count").scalar_one() + pages


class _Ballast:
    """Takes what is left on a small file system."""

    def __init__(self, folder: Path) -> None:
        self._file = folder / "ballast"
        self._folder = folder

    def leave(self, pages: int | None) -> None:
        """Leave room for so many pages; ``None``: as much as there is."""
        self._file.unlink(missing_ok=True)
        if pages is not None:
            stat = os.statvfs(self._folder)
            free = stat.f_bavail * stat.f_frsize - pages * _PAGE
            with self._file.open("wb") as stream:
                os.posix_fallocate(stream.fileno(), 0, free)


@contextmanager
def _small_disk(stage: Stage, sellers: int) -> Iterator[tuple[str, Snapshot, Path]]:
    """Put a backlog's tables on a file system of their own."""
    source, wanted = stage.backlog("postgresql", sellers)
    folder = stage.folder / "disk"
    folder.mkdir()
    subprocess.run(
        ["mount", "-t", "tmpfs", "-o", f"size={TMPFS_MB}m", "tmpfs", str(folder)], check=True
    )
    with ExitStack() as stack:
        stack.callback(subprocess.run, ["umount", "-l", str(folder)], check=True)
        space = folder / "space"
        space.mkdir()
        stage.postgres.own(space)
        stage.folder.chmod(0o711)
        name = source.rpartition("/")[2]
        with psycopg.connect(stage.postgres.url("postgres"), autocommit=True) as connection:
            connection.execute(f"CREATE TABLESPACE small LOCATION '{space}'")
            connection.execute(f'ALTER DATABASE "{name}" SET TABLESPACE small')
            yield source, wanted, folder
            connection.execute(f'DROP DATABASE "{name}" WITH (FORCE)')
            connection.execute("DROP TABLESPACE small")


def fill_disk(stage: Stage, seed: int, rounds: int, *, dialect: str) -> Outcome:
    """Leave so little room that some write of a chunk fails; then more, and at last enough."""
    # so many that the work lasts until the disk was full as often as asked
    sellers = max(stage.sized(2640, 240), 66 * rounds)
    with ExitStack() as stack:
        if dialect == "sqlite":
            url, wanted = stage.backlog(dialect, sellers)
            folder = None
        else:
            url, wanted, folder = stack.enter_context(_small_disk(stage, sellers))
        points: list[str] = []
        with Programme.open(url, probe=points.append) as programme:
            disk = _Pages(programme) if folder is None else _Ballast(folder)
            hit = _fill(programme, disk.leave, points, random.Random(seed), rounds)
            disk.leave(None)
            parked = len(programme.parked())
            programme.sweep()
        result = audit(url, wanted)
        result.check(len(hit) == rounds, f"{len(hit)} times full")
        result.check(parked == 0, f"{parked} parked")
    where = ", ".join(f"{name} {hit.count(name)}" for name in sorted(set(hit)))
    return Outcome.of(
        rounds, result, f"full at {where}; nothing parked, went on when there was room"
    )


def _fill(
    programme: Programme,
    leave: Callable[[int | None], None],
    points: list[str],
    chance: random.Random,
    rounds: int,
) -> list[str]:
    """Fill the disk again and again; return at which point it was full each time."""
    hit: list[str] = []
    while len(hit) < rounds:
        leave(chance.randrange(MOST_ROOM))
        try:
            swept: Any = programme.sweep(chunk=CHUNK)
        except UnavailableError:
            programme.verify_journal()
            hit.append(points[-1])
        else:
            if not swept.total:
                break
    return hit


FAULTS: Final[tuple[Fault, ...]] = tuple(
    on_both(
        "disk-full",
        fill_disk,
        rounds=40,
        dose=3,
        suite="sqlite",
        unit="times no room on the disk, at whichever write",
        holds="clean rollback, nothing is parked, it goes on when there is room",
    )
)
