"""A reader's session: a folder, an environment and a clock, in which the blocks of a page run."""

from __future__ import annotations

import contextlib
import io
import os
import re
import shutil
import subprocess
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Final

from tests.pages.blocks import RUN, Block, PageError
from tests.pages.commands import (
    ASSIGNED,
    check_command,
    commands_of,
    lazsa_words,
    serves,
)
from tests.pages.data import parse_block
from tests.pages.installing import install
from tests.pages.prints import check_printed

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from tests.acceptance.shell import Done
    from tests.pages.blocks import Note
    from tests.pages.commands import Command

    Fork = Callable[["Session", list[str], str | None], Done]

WIDTH: Final = "100"
INSTALLED: Final = re.compile(r"python3? -m (venv|pip)\b|(pip|uv|apt-get) |\. .*activate|source ")


@dataclass
class Session:
    """What a reader has before them.

    Attributes:
        folder: The folder in which everything runs.
        fork: Runs a command of ``lazsa-flow``, or a script of Python, in a process of its own.
        repository: The checkout, whose own ``./dev`` a page may name.
        environment: Variables that the page has set.
        places: Folders of packages that the page has installed.
        now: Where the clock stands.
        names: The names of the page's Python.
        left: Why blocks and commands were not run, one reason each.
    """

    folder: Path
    fork: Fork
    repository: Path
    environment: dict[str, str] = field(default_factory=dict)
    places: list[Path] = field(default_factory=list)
    now: datetime | None = None
    names: dict[str, Any] = field(default_factory=lambda: {"__name__": "__page__"})
    left: list[str] = field(default_factory=list)
    _printed: str | None = None
    _written: set[str] = field(default_factory=set)

    def go_on(self, before: Session) -> None:
        """Begin where another session has ended."""
        shutil.copytree(before.folder, self.folder, dirs_exist_ok=True)
        self.environment.update(before.environment)
        self.places += [self.folder / place.relative_to(before.folder) for place in before.places]
        self.now = before.now

    def run_page(self, page: Sequence[Block | Note]) -> None:
        """Run the blocks of a page in order.

        Raises:
            PageError: The page does not do what it says.
        """
        for part in page:
            if isinstance(part, Block):
                self._run_block(part)
            elif part.kind == "at":
                self.now = datetime.fromisoformat(part.text).astimezone(UTC)

    def _run_block(self, block: Block) -> None:
        printed, self._printed = self._printed, None
        if block.reason is not None:
            parse_block(block)
            self._check_part(block)
            self.left.append(block.reason)
        elif block.title is not None:
            self._write(block)
        elif block.kind == "console":
            for command in commands_of(block):
                self._type(command)
        elif block.kind == "python":
            self._printed = self._run_python(block)
        elif block.kind == "text":
            if printed is None:
                raise PageError(
                    f"{block.place}: text follows nothing that prints; mark it as not run"
                )
            check_printed(block.text.splitlines(), printed, block.place)
        else:
            parse_block(block)
        if self._printed and block.kind not in RUN:
            raise PageError(f"{block.place}: prints what the page does not show")

    def _check_part(self, block: Block) -> None:
        page, _, file = (block.reason or "").partition("part of ")
        if page == "" and file:
            whole = (self.repository / block.place).parent / file
            if block.text not in whole.read_text("utf-8"):
                raise PageError(f"{block.place}: is no part of {file}")

    def _write(self, block: Block) -> None:
        assert block.title is not None
        file = self.folder / block.title
        file.parent.mkdir(parents=True, exist_ok=True)
        if block.kind == "diff":
            _change(file, block)
            return
        more = block.title in self._written
        with file.open("a" if more else "w", encoding="utf-8") as stream:
            stream.write("\n\n" * more + block.text)
        self._written.add(block.title)
        if block.kind != "python":
            parse_block(block)

    def _run_python(self, block: Block) -> str:
        printed = io.StringIO()
        _, _, line = block.place.rpartition(":")
        code = compile("\n" * int(line) + block.text, block.place.rpartition(":")[0], "exec")
        with contextlib.chdir(self.folder), contextlib.redirect_stdout(printed):
            exec(code, self.names)
        return printed.getvalue()

    def _type(self, command: Command) -> None:
        words = command.words({**os.environ, **self.environment})
        if INSTALLED.match(command.line):
            install(self, words, command.place)
            self.left.append("installs packages: the walks do")
        elif words[0] == "export":
            assigned = (word.partition("=") for word in words[1:])
            self.environment.update({name: value for name, _, value in assigned})
        elif words[0] == "cd":
            self.folder = self.folder / words[1]
        elif words[0] != "lazsa-flow" and serves(command.line):
            self.left.append("serves until it is stopped: the walks run it")
        elif words[:3] == ["python", "-m", "pytest"]:
            self.left.append("tests of a tutorial: test_invoice_example.py and the walks run them")
        elif words[0] in {"./dev", ".venv/bin/python", ".venv/bin/pre-commit"}:
            self._check_dev(words, command)
        else:
            self._execute(words, command)

    def _execute(self, words: list[str], command: Command) -> None:
        own = lazsa_words(command.line) if not command.needs_shell else None
        extra = {}
        while found := ASSIGNED.match(words[0]):
            extra[found[1]] = found[2]
            del words[0]
        if own is not None:
            if serves(command.line):
                check_command(own, command.place)
                self.left.append("serves until it is stopped: tests of workers run it")
                return
            words, target = _redirected(words)
            done = self._with(extra, words[1:], None)
            _check_end(command, done.code, done.out + done.err)
            if target:
                (self.folder / target).write_text(done.out, "utf-8")
                return
            check = done.out + done.err
        elif words[0] in {"python", "python3"} and not command.needs_shell:
            done = self._with(extra, words[2:], words[1])
            _check_end(command, done.code, done.out + done.err)
            check = done.out
        else:
            ran = subprocess.run(
                ["bash", "-ec", command.line],
                cwd=self.folder,
                env={**os.environ, **self.environment, "COLUMNS": WIDTH, "NO_COLOR": "1"},
                capture_output=True,
                text=True,
                timeout=60,
                check=False,
            )
            check = ran.stdout + ran.stderr
            _check_end(command, ran.returncode, check)
        if command.printed:
            check_printed(command.printed, check, command.place)

    def _with(self, extra: dict[str, str], words: list[str], script: str | None) -> Done:
        kept = dict(self.environment)
        self.environment.update(extra)
        try:
            return self.fork(self, words, script)
        finally:
            self.environment = kept

    def _check_dev(self, words: list[str], command: Command) -> None:
        dev = (self.repository / "dev").read_text("utf-8")
        if words[0] == "./dev" and not re.search(rf"^  {re.escape(words[1])}\)", dev, re.MULTILINE):
            raise PageError(f"{command.place}: there is no ./dev {words[1]}")
        if words[1] == "run":
            check_command(words[2:], command.place)
        self.left.append("a command of the checkout")


def _redirected(words: list[str]) -> tuple[list[str], str | None]:
    if ">" in words:
        at = words.index(">")
        return words[:at], words[at + 1]
    return words, None


def _check_end(command: Command, code: int, printed: str) -> None:
    fails = any(line.startswith(("error:", "Traceback")) for line in command.printed)
    if (code != 0) != fails:
        raise PageError(f"{command.place}: {command.line}\nended with {code}:\n{printed}")


def _change(file: Path, block: Block) -> None:
    """Change a file by a block of kind ``diff``: lines with a minus go, lines with a plus come."""
    text = file.read_text("utf-8")
    hunks = re.split(r"^@@.*\n", block.text, flags=re.MULTILINE)
    for hunk in filter(None, hunks):
        rows = hunk.splitlines()
        old = "".join(f"{row[1:]}\n" for row in rows if row[:1] != "+")
        new = "".join(f"{row[1:]}\n" for row in rows if row[:1] != "-")
        if text.count(old) != 1:
            raise PageError(f"{block.place}: stands {text.count(old)} times in {file.name}:\n{old}")
        text = text.replace(old, new)
    file.write_text(text, "utf-8")
