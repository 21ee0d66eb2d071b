"""Does a file four times as long take four times the memory? It must not.

Measured once by hand on two shared cores: a million sellers, 159 MB, in 76 s (58 s of CPU) at a
peak of 80 MiB; 200,000 peaked at 78 MiB, 20,000 at 76 MiB.
"""

from __future__ import annotations

import subprocess
import sys
from typing import TYPE_CHECKING

from tests.acceptance.shell import SAMPLE, SCRIPT

if TYPE_CHECKING:
    from pathlib import Path

    from tests.acceptance.shell import Shell

MEASURE = """
import resource, subprocess, sys
done = subprocess.run(sys.argv[1:], stdout=subprocess.PIPE, check=True)
print(done.stdout.decode().strip(), resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss)
"""


def sellers(file: Path, count: int) -> Path:
    """Write a facts file of so many sellers: the sample's rows over and over, under new ids."""
    header, *rows = SAMPLE.read_text("utf-8").splitlines()
    tails = [row.partition(",")[2] for row in rows]
    with file.open("w", encoding="utf-8") as out:
        out.write(header + "\n")
        out.writelines(f"seller-{n:07d},{tails[n % len(tails)]}\n" for n in range(count))
    return file


def peak(shell: Shell, count: int) -> int:
    """Import so many sellers into an empty database; return the process's peak memory in kB."""
    shell.database.unlink(missing_ok=True)
    assert shell("migrate").code == 0
    file = sellers(shell.directory / "sellers.csv", count)
    argv = [SCRIPT, "import", "facts", file, "--database", shell.url]
    done = subprocess.run(
        [sys.executable, "-c", MEASURE, *map(str, argv)],
        capture_output=True,
        text=True,
        check=True,
    )
    told, _, kilobytes = done.stdout.strip().rpartition(" ")
    assert f"{count} facts imported." in told
    return int(kilobytes)


def test_bounded_memory(bare: Shell) -> None:
    """Importing 40,000 sellers peaks at no more than 1.3 times the memory of 10,000 (design)."""
    assert peak(bare, 40_000) <= 1.3 * peak(bare, 10_000)
