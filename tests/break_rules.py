"""Rules broken on purpose: the tests that a rule names must fail once its code is changed.

``tests/rules.toml`` stores, beside each rule, changes that break it. Each is made in turn in a copy
of the tree, where exactly the named tests run; a rule whose tests still pass is held by none of
them. ``./dev break-rules`` runs this; ``tests/integration/test_break_rules.py`` runs a fiftieth.
"""

from __future__ import annotations

import argparse
import compileall
import contextlib
import os
import shutil
import sys
import tempfile
import time
import tomllib
import traceback
from dataclasses import dataclass
from importlib.util import cache_from_source
from itertools import groupby
from pathlib import Path
from random import Random
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

ROOT: Final = Path(__file__).resolve().parents[1]
RULES: Final = ROOT / "tests" / "rules.toml"
COPIED: Final = ("lazsa_flow", "tests", "workers")
"""What a copy of the tree has of its own; all else in it is a link."""
LEFT_OUT: Final = (".git", ".venv", ".venvs", ".mypy_cache", ".ruff_cache", ".hypothesis")
NEAREST: Final = ("tests/unit/", "tests/property/", "tests/integration/", "tests/contract/")
"""Where a failure costs least to find, in this order; then what is left."""
FAILED: Final = 1
"""pytest's exit code where a test has failed; a test that cannot be imported has another."""
NOTICED: Final = ("noticed", "noticed at import")
NONE_RAN: Final = 5
"""pytest's exit code where all tests of a file need PostgreSQL."""
SELF_CHECK: Final = "lazsa_flow.errors.LifecycleError: "
"""What a table raises that contradicts itself: it cannot even be imported."""
ABORTED: Final = 99
"""The exit code where pytest itself has raised."""
SECONDS: Final = 120
"""How long a test may take that runs on broken code."""


@dataclass(frozen=True, slots=True)
class Break:
    """One change that breaks a rule.

    Attributes:
        rule: The rule's id.
        file: The file that it changes, relative to the root.
        old: What it replaces; it stands once in the file.
        new: What it puts there.
        tests: The tests that the rule names, as pytest takes them.
    """

    rule: str
    file: str
    old: str
    new: str
    tests: tuple[str, ...]


def read_breaks(file: Path) -> list[Break]:
    """Return every break of every rule in a table, in its order."""
    sections = tomllib.loads(file.read_text("utf-8"))["section"]
    return [
        Break(rule["id"], each["file"], each["old"], each["new"], node_ids(rule["tests"]))
        for section in sections
        for rule in section["rule"]
        for each in rule.get("breaks", ())
    ]


def node_ids(tests: Sequence[str]) -> tuple[str, ...]:
    """Return tests as pytest takes them, those that are nearest to the code first."""
    ranks = {prefix: rank for rank, prefix in enumerate(NEAREST)}

    def rank(test: str) -> int:
        return next((ranks[each] for each in NEAREST if test.startswith(each)), len(NEAREST))

    return tuple(map(_node_id, sorted(tests, key=rank)))


def _node_id(test: str) -> str:
    if test.endswith(".toml"):  # a story
        return f"tests/acceptance/test_scenarios.py::test_scenario[{Path(test).stem}]"
    return test


def choose(breaks: Sequence[Break], ids: Sequence[str], share: float, seed: int) -> list[Break]:
    """Return the breaks of some rules.

    A sample is drawn from the rules that a unit test holds, one break each: a few seconds show that
    tests fail, and the others take minutes.

    Args:
        breaks: All there are.
        ids: The rules' ids, or the beginnings of some; all of them where there is none.
        share: As many rules are drawn as this share of all that are left.
        seed: Of the draw.
    """
    found = [each for each in breaks if not ids or each.rule.startswith(tuple(ids))]
    if share >= 1:
        return found
    random = Random(seed)
    count = max(1, round(share * len({each.rule for each in found})))
    near = [each for each in found if each.tests[0].startswith(NEAREST[0])]
    drawn = random.sample(sorted({each.rule for each in near}), count)
    return [random.choice([each for each in near if each.rule == rule]) for rule in drawn]


@contextlib.contextmanager
def copied_tree(root: Path = ROOT) -> Iterator[Path]:
    """Lend a copy of the tree that may be broken."""
    with tempfile.TemporaryDirectory(prefix="lazsa-break-") as folder:
        copy = Path(folder).resolve()
        for each in root.iterdir():
            if each.name in COPIED:
                ignored = shutil.ignore_patterns("node_modules", "*.db")
                shutil.copytree(each, copy / each.name, ignore=ignored)
            elif each.name not in LEFT_OUT:
                (copy / each.name).symlink_to(each)
        compileall.compile_dir(copy / "lazsa_flow", quiet=2)
        yield copy


@contextlib.contextmanager
def broken(copy: Path, each: Break) -> Iterator[None]:
    """Make a change in a copy of the tree, and take it back.

    Raises:
        ValueError: What it replaces does not stand once in the file.
    """
    file = copy / each.file
    text = file.read_text("utf-8")
    if text.count(each.old) != 1:
        msg = f"what it replaces stands {text.count(each.old)} times in the file, not once"
        raise ValueError(msg)
    stamp = file.stat()
    compiled = Path(cache_from_source(str(file)))
    compiled.unlink(missing_ok=True)
    file.write_text(text.replace(each.old, each.new), "utf-8")
    try:
        yield
    finally:
        file.write_text(text, "utf-8")
        os.utime(file, ns=(stamp.st_atime_ns, stamp.st_mtime_ns))
        compiled.unlink(missing_ok=True)


def run_tests(copy: Path, tests: Sequence[str], log: Path) -> int:
    """Run tests of a copy of the tree, file after file, up to the first that fails.

    What later files import is imported only where the earlier ones have not failed.

    Returns:
        pytest's exit code.
    """
    code = NONE_RAN
    for _, group in groupby(tests, key=lambda test: test.partition("::")[0]):
        ended = _run_forked(copy, tuple(group), log)
        if ended not in (0, NONE_RAN):
            return ended
        code = min(code, ended)
    return code


def _run_forked(copy: Path, tests: Sequence[str], log: Path) -> int:
    """Run tests in a process of their own, and return pytest's exit code.

    The process is forked, so that what is imported here need not be imported once more: this
    process must not have imported the package.
    """
    process = os.fork()
    if process == 0:
        code = ABORTED
        try:
            with log.open("wb") as output:
                os.dup2(output.fileno(), 1)
                os.dup2(output.fileno(), 2)
            code = _run_here(copy, tests)
        except BaseException:
            traceback.print_exc()
        finally:
            sys.stdout.flush()
            sys.stderr.flush()
            os._exit(code)  # what the parent holds is the parent's to release
    return os.waitstatus_to_exitcode(os.waitpid(process, 0)[1])


def _run_here(copy: Path, tests: Sequence[str]) -> int:
    """Run tests in this process, which ends with them."""
    import pytest

    os.chdir(copy)
    for name in [each for each in sys.modules if each.partition(".")[0] == "tests"]:
        del sys.modules[name]
    own = {"", str(ROOT)}
    sys.path[:] = [str(copy), *(each for each in sys.path if each not in own)]
    os.environ["PYTHONPATH"] = str(copy)  # of the processes that a test starts
    sys.dont_write_bytecode = True
    # PostgreSQL has to be started first: SQLite tells as well that a rule is broken
    options = ["-x", "-k", "not postgresql", "-p", "no:cacheprovider", f"--timeout={SECONDS}"]
    options.append("--assert=plain")  # what failed is asked, not how
    for plugin in ("xdist", "cov", "hypothesispytest", "anyio"):  # they take a third of the time
        options += ["-p", f"no:{plugin}"]
    return int(pytest.main([*options, *tests]))


def import_libraries() -> None:
    """Import what the tests import, so that a forked process finds it there."""
    for name in ("alembic", "jinja2", "pendulum", "pydantic", "pytest", "pytest_cov", "rich"):
        __import__(name)
    for name in ("hypothesis", "sqlalchemy.dialects.sqlite", "structlog", "transitions", "typer"):
        __import__(name)
    for name in ("dramatiq", "prometheus_client", "pytest_timeout", "xdist", "zoneinfo"):
        __import__(name)


def check(breaks: Sequence[Break], log: Path) -> list[str]:
    """Make each break in turn, and return what is to be said of those that no test notices."""
    faults = []
    import_libraries()
    with copied_tree() as copy:
        for number, each in enumerate(breaks, 1):
            began = time.perf_counter()
            try:
                with broken(copy, each):
                    word = _word(run_tests(copy, each.tests, log), log)
            except ValueError as error:
                word = f"STALE: {error}"
            took = time.perf_counter() - began
            print(f"{number}/{len(breaks)} {each.rule}: {word} ({took:.1f} s)", flush=True)
            if word not in NOTICED:
                faults.append(f"{each.rule}: {word}: {each.file}: {each.old!r} → {each.new!r}")
                if word.startswith("pytest"):
                    print(log.read_text("utf-8", "replace")[-3000:])
    return faults


def _word(code: int, log: Path) -> str:
    """Say what came of a run."""
    if code == 0:
        return "NOT NOTICED"
    if code == FAILED:
        return NOTICED[0]
    refused = SELF_CHECK in log.read_text("utf-8", "replace")
    return NOTICED[1] if refused else f"pytest ended with {code}"


def main(arguments: Sequence[str] | None = None) -> int:
    """Break rules and say which no test notices; 1 where there is one."""
    parser = argparse.ArgumentParser(prog="./dev break-rules", description=__doc__)
    parser.add_argument("ids", nargs="*", help="rules, or the beginnings of ids; all by default")
    parser.add_argument("--sample", type=float, default=1.0, help="share of the rules to draw")
    parser.add_argument("--seed", type=int, default=1, help="seed of the draw")
    parser.add_argument("--rules", type=Path, default=RULES, help="the table of the rules")
    given: Any = parser.parse_args(arguments)
    chosen = choose(read_breaks(given.rules), given.ids, given.sample, given.seed)
    if not chosen:
        parser.error("no rule of this id has a break")
    with tempfile.TemporaryDirectory(prefix="lazsa-break-log-") as folder:
        faults = check(chosen, Path(folder) / "log")
    rules = len({each.rule for each in chosen})
    print(f"{rules} rules broken {len(chosen)} times; rules whose tests still pass: {len(faults)}")
    for each in faults:
        print(each)
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
