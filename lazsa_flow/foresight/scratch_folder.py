"""Scratch folders: where a rehearsal keeps its copy, removed at its end or at the next start.

A folder is locked for as long as its process lives. One whose lock is free was left by a process
that was killed; the next process that opens a scratch folder removes it.
"""

from __future__ import annotations

import fcntl
import os
import shutil
import tempfile
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Final

from lazsa_flow.errors import UnavailableError
from lazsa_flow.private_files import FILE_MODE

if TYPE_CHECKING:
    from collections.abc import Iterator

_PREFIX: Final = "lazsa-flow-scratch-"
_LOCK: Final = "lock"


@contextmanager
def scratch_folder() -> Iterator[Path]:
    """Make a folder that only its own user can read, and remove it at the end of the block.

    Raises:
        UnavailableError: There is no room for it, or no place where it may be made.
    """
    try:
        parent = Path(tempfile.gettempdir())
    except FileNotFoundError:
        what = "no folder for temporary files can be written; set TMPDIR to one that can"
        raise UnavailableError(what) from None
    try:
        remove_abandoned(parent)
        folder, lock = _make_folder(parent)
    except OSError as error:
        what = f"no scratch folder can be made in {parent}: {error.strerror}; set TMPDIR to another"
        raise UnavailableError(what) from None
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)
        os.close(lock)


def _make_folder(parent: Path) -> tuple[Path, int]:
    """Make a folder and lock it; another is made where a process that starts removed it at once."""
    while True:
        folder = Path(tempfile.mkdtemp(prefix=_PREFIX, dir=parent))
        try:
            lock = _take_lock(folder)
        except FileNotFoundError:
            continue
        if lock is not None and (folder / _LOCK).exists():
            return folder, lock
        if lock is not None:
            os.close(lock)


def remove_abandoned(parent: Path) -> list[Path]:
    """Remove the scratch folders of this user whose process is gone; return which."""
    removed = []
    for folder in parent.glob(f"{_PREFIX}*"):
        try:
            if folder.is_symlink() or folder.stat().st_uid != os.geteuid():
                continue
            lock = _take_lock(folder)
        except OSError:  # removed by another process, or not ours
            continue
        if lock is None:
            continue
        shutil.rmtree(folder, ignore_errors=True)
        os.close(lock)
        removed.append(folder)
    return removed


def _take_lock(folder: Path) -> int | None:
    """Lock a folder; return the lock, which ends with the process, or ``None`` if it is taken."""
    flags = os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW | os.O_CLOEXEC
    lock = os.open(folder / _LOCK, flags, FILE_MODE)
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        os.close(lock)
        return None
    return lock
