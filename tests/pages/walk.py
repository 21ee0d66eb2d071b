"""Walks: the tutorials' own blocks, run as a stranger would, with the built wheel.

``./dev walks`` builds the wheel, and then for each walk makes an empty folder and runs the blocks
of its pages there, in one shell. It prints each command with its seconds. A command that fails ends
the walk. With ``--times 3`` each walk is taken three times, from an empty folder each time, and the
seconds of all are summed up at the end.
"""

from __future__ import annotations

import argparse
import os
import shutil
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Final

from tests.pages.blocks import Block, read_page
from tests.pages.commands import ASKS, commands_of, serves

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.pages.commands import Command

ROOT: Final = Path(__file__).parents[2]
WALKS: Final = {
    "developer": ("docs/how-to/fastapi.md",),
    "operator": ("docs/tutorials/first-cycle.md", "docs/tutorials/operate.md"),
    "author": ("docs/tutorials/your-own-lifecycle.md",),
}
"""Each walk's pages, in one folder, which is empty at first."""
EXPLAINED: Final = ("docs/tutorials/first-cycle.md", "lazsa-flow explain ")
"""The command with which a seller of one's own is explained."""
ENOUGH: Final = 6
"""The most commands that it may take, from ``pip install`` on."""
PATIENCE: Final = 3.0
"""Seconds that a process gets to begin serving, and workers to do what is due."""


@dataclass(slots=True)
class Shell:
    """One shell, in which a page's commands are typed.

    Attributes:
        folder: Where it begins.
        bash: The process.
        typed: The commands typed so far, with their seconds.
        serving: How many processes it has started that serve.
    """

    folder: Path
    wheels: Path
    bash: subprocess.Popen[str] = field(init=False)
    typed: list[tuple[str, float]] = field(default_factory=list)
    serving: int = 0

    def __post_init__(self) -> None:
        kept = ("PATH", "HOME", "LANG", "PIP_INDEX_URL", "PIP_EXTRA_INDEX_URL", "PIP_CONFIG_FILE")
        self.bash = subprocess.Popen(
            ["bash", "--noprofile", "--norc"],
            cwd=self.folder,
            env={
                **{name: os.environ[name] for name in kept if name in os.environ},
                "PIP_FIND_LINKS": str(self.wheels),
                "PIP_DISABLE_PIP_VERSION_CHECK": "1",
                "COLUMNS": "100",
                "NO_COLOR": "1",
            },
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )

    def type(self, command: Command) -> str:
        """Type a command, wait for its end, and return what it printed.

        Raises:
            SystemExit: It failed, and the page does not show an error.
        """
        out = self.folder / ".printed"
        begun = time.monotonic()
        if serves(command.line):
            self._write(f"{command.line} >{out}.{self.serving} 2>&1 &\necho 0")
            self.serving += 1
            time.sleep(PATIENCE)
        else:
            self._write(f"{{ {command.line.partition(' # ')[0]}\n}} >{out} 2>&1\necho $?")
        code = int(self._read())
        seconds = time.monotonic() - begun
        self.typed.append((command.line, seconds))
        print(f"  {seconds:6.1f} s  $ {command.line}", flush=True)
        printed = "" if serves(command.line) else out.read_text("utf-8")
        fails = any(line.startswith("error:") for line in command.printed)
        if (code != 0) != fails:
            sys.exit(f"{command.place}: ended with {code}:\n{printed}")
        if self.serving:
            time.sleep(PATIENCE / 2)
        return printed

    def close(self) -> None:
        """Stop what serves, as Ctrl-C would, and the shell.

        Raises:
            SystemExit: A process that served did not end well.
        """
        for number in range(self.serving, 0, -1):
            self._write(f"kill -INT %{number} && wait %{number}; echo $?")
            code = int(self._read())
            if code not in {0, 130}:
                printed = (self.folder / f".printed.{number - 1}").read_text("utf-8")
                sys.exit(f"a process that serves ended with {code}:\n{printed}")
        assert self.bash.stdin is not None
        self.bash.stdin.close()
        self.bash.wait(timeout=30)

    def _write(self, line: str) -> None:
        assert self.bash.stdin is not None
        self.bash.stdin.write(line + "\n")
        self.bash.stdin.flush()

    def _read(self) -> str:
        assert self.bash.stdout is not None
        return self.bash.stdout.readline()


def walk_page(page: str, folder: Path, wheels: Path) -> list[tuple[str, float]]:
    """Run a page's blocks in an empty folder; return the commands and their seconds."""
    print(f"\n{page}", flush=True)
    shell = Shell(folder, wheels)
    written: set[str] = set()
    for block in _visible(page):
        if block.title is not None:
            _save(block, folder, written)
        elif block.kind == "console":
            for command in commands_of(block):
                shell.type(command)
    shell.close()
    return shell.typed


def _visible(page: str) -> Iterator[Block]:
    for part in read_page(ROOT / page, page):
        if isinstance(part, Block) and not part.hidden and part.reason in {None, ASKS}:
            yield part


def _save(block: Block, folder: Path, written: set[str]) -> None:
    assert block.title is not None
    file = folder / block.title
    file.parent.mkdir(parents=True, exist_ok=True)
    with file.open("a" if block.title in written else "w", encoding="utf-8") as stream:
        stream.write("\n\n" * (block.title in written) + block.text)
    written.add(block.title)


def build_wheel(folder: Path) -> None:
    """Build the wheel of this checkout into a folder."""
    uv = Path(sys.executable).with_name("uv")
    subprocess.run([uv, "build", "--wheel", "-q", "-o", folder, ROOT], check=True)


def count_until_explained(typed: list[tuple[str, float]]) -> int:
    """Return how many commands it took from ``pip install`` to the seller's explanation."""
    lines = [line for line, _ in typed]
    first = next(i for i, line in enumerate(lines) if line.startswith("pip install"))
    last = next(i for i, line in enumerate(lines) if line.startswith(EXPLAINED[1]))
    return last - first + 1


def take_walk(name: str, home: Path, wheels: Path) -> tuple[int, float]:
    """Take a walk in an empty folder; return how many commands it took, and the seconds.

    Raises:
        SystemExit: A command failed, or it took too many to explain a seller.
    """
    begun = time.monotonic()
    count = 0
    home.mkdir(parents=True)
    for page in WALKS[name]:
        typed = walk_page(page, home, wheels)
        count += len(typed)
        if page == EXPLAINED[0]:
            needed = count_until_explained(typed)
            print(f"  from pip install to a seller explained: {needed} commands")
            if needed > ENOUGH:
                sys.exit(f"expected at most {ENOUGH}")
    seconds = time.monotonic() - begun
    print(f"{name}: {count} commands, {seconds:.0f} s", flush=True)
    return count, seconds


def main() -> None:
    """Take the walks that the command line names, or all."""
    parser = argparse.ArgumentParser(prog="./dev walks", description=__doc__)
    parser.add_argument("walks", nargs="*", choices=[*WALKS, []], help="by default all")
    parser.add_argument("--times", type=int, default=1, metavar="N", help="take each N times")
    parser.add_argument("--keep", type=Path, help="keep the folders of the walks below this one")
    wanted = parser.parse_args()
    if wanted.times < 1:
        parser.error("--times: expected 1 or more")
    home = wanted.keep or Path(tempfile.mkdtemp())
    wheels = home / "wheels"
    build_wheel(wheels)
    taken = {
        name: [take_walk(name, home / f"{name}-{n}", wheels) for n in range(1, wanted.times + 1)]
        for name in wanted.walks or WALKS
    }
    print()
    for name, walks in taken.items():
        seconds = ", ".join(f"{each:.0f} s" for _, each in walks)
        print(f"{name}: {walks[0][0]} commands, {len(walks)} of {len(walks)} walks: {seconds}")
    if wanted.keep is None:
        shutil.rmtree(home)


if __name__ == "__main__":
    main()
