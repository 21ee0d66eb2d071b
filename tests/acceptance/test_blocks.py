"""Every code block of README and docs runs as its page says."""

from __future__ import annotations

import json
import os
import re
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Final

import pytest

from lazsa_flow.clock import SystemClock
from tests.acceptance.shell import ROOT, Done
from tests.pages.blocks import Block, Note, read_page
from tests.pages.commands import check_command, lazsa_words
from tests.pages.prepared import PREPARED
from tests.pages.session import WIDTH, Session

if TYPE_CHECKING:
    import subprocess
    from collections.abc import Callable, Iterator

    Open = Callable[[str], Session]

PAGES: Final = sorted(
    str(page.relative_to(ROOT)) for page in [*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")]
)
NOT_RUN: Final = 21
"""How many blocks need a server, or are a part of a file that other tests run."""
ENDED: Final[dict[str, Session]] = {}
"""Sessions that other pages go on from."""


def parts_of(page: str) -> list[Block | Note]:
    """Return the blocks and notes of a page."""
    return read_page(ROOT / page, page)


WITH_BLOCKS: Final = [p for p in PAGES if "```" in (ROOT / p).read_text("utf-8")]


@pytest.fixture
def open_session(zygote: subprocess.Popen[str], tmp_path_factory: pytest.TempPathFactory) -> Open:
    """Open a session in an empty folder, whose commands are forked."""

    def fork(session: Session, words: list[str], script: str | None) -> Done:
        streams = tmp_path_factory.mktemp("streams")
        out, err = streams / "out", streams / "err"
        job = {
            "argv": words,
            "cwd": str(session.folder),
            "env": {**session.environment, "COLUMNS": WIDTH, "NO_COLOR": "1"},
            "stdout": str(out),
            "stderr": str(err),
            "now": session.now and session.now.isoformat(),
            "places": [str(session.folder), *map(str, session.places)],
            "script": script,
        }
        assert zygote.stdin is not None
        assert zygote.stdout is not None
        zygote.stdin.write(json.dumps(job) + "\n")
        zygote.stdin.flush()
        code = int(zygote.stdout.readline())
        return Done(tuple(words), code, out.read_text("utf-8"), err.read_text("utf-8"))

    def open_(page: str) -> Session:
        name = re.sub(r"\W+", "-", page)
        return Session(tmp_path_factory.mktemp(name), fork, ROOT)

    return open_


def run(page: str, open_session: Open, monkeypatch: pytest.MonkeyPatch) -> Session:
    """Run a page, and before it the page that it goes on from."""
    parts = parts_of(page)
    session = open_session(page)
    for part in parts:
        if isinstance(part, Note) and part.kind == "goes on from":
            before = part.text
            if before not in PREPARED:
                before = os.path.normpath(Path(page).parent / before)
            session.go_on(_end_of(before, open_session, monkeypatch))
    real = SystemClock.now
    monkeypatch.setattr(SystemClock, "now", lambda clock: session.now or real(clock))
    monkeypatch.setattr(sys, "path", [str(session.folder), *map(str, session.places), *sys.path])
    session.run_page(parts)
    return session


def _end_of(page: str, open_session: Open, monkeypatch: pytest.MonkeyPatch) -> Session:
    """Return the session in which a page, or a preparation, has run; each runs once."""
    if page not in ENDED:
        if page in PREPARED:
            ENDED[page] = open_session("prepared")
            ENDED[page].now = PREPARED[page](ENDED[page].folder)
        else:
            ENDED[page] = run(page, open_session, monkeypatch)
    return ENDED[page]


@pytest.mark.parametrize("page", WITH_BLOCKS)
def test_every_block_runs(page: str, open_session: Open, monkeypatch: pytest.MonkeyPatch) -> None:
    """Commands end as shown and print what is shown; Python runs; data is sound."""
    _end_of(page, open_session, monkeypatch)


def test_what_is_not_run_is_counted() -> None:
    """Few blocks are not run, each for a reason; a test that a reason names is there."""
    blocks = [part for page in WITH_BLOCKS for part in parts_of(page) if isinstance(part, Block)]
    reasons = [b.reason for b in blocks if b.reason not in {None, "written by docs/generate.py"}]
    assert len(reasons) <= NOT_RUN
    for reason in reasons:
        for name in re.findall(r"tests/[\w/]+\.py", str(reason)):
            assert (ROOT / name).is_file(), name


def mentioned() -> Iterator[tuple[str, list[str]]]:
    """Yield the commands that sentences name."""
    for page in PAGES:
        if "decisions" in page or page == "CHANGELOG.md":
            continue  # these tell of their own day
        for number, line in enumerate((ROOT / page).read_text("utf-8").splitlines(), 1):
            for found in re.findall(r"`(lazsa-flow [^`]+)`", line):
                words = lazsa_words(found)
                assert words is not None
                yield f"{page}:{number}", words


def test_commands_in_sentences_exist() -> None:
    """A sentence names no command or option of ``lazsa-flow`` that is not there."""
    for place, words in mentioned():
        named = [word for word in words if word.islower() or word.startswith("--")]
        check_command(named, place, complete=False)
