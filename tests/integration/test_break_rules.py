"""A fiftieth of the rules, drawn by a seed, is broken in a copy of the tree.

``./dev break-rules`` breaks them all.
"""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from random import Random
from typing import Final

from tests.break_rules import RULES, choose, node_ids, read_breaks

ROOT: Final = Path(__file__).parents[2]
HARMLESS: Final = """
[[section]]
[[section.rule]]
id = "harmless"
tests = ["tests/unit/award/rules/test_panel.py::test_the_quorum"]
breaks = [{ file = "lazsa_flow/award/rules/panel.py", old = "TALLY: Final =", new = "TALLY =" }]
"""


def break_rules(*arguments: str) -> subprocess.CompletedProcess[str]:
    """Break rules as ``./dev break-rules`` does."""
    command = [sys.executable, "-m", "tests.break_rules", *arguments]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)


def test_a_fiftieth_of_the_rules() -> None:
    """Of each rule that is drawn, a named test fails once its code is broken."""
    ran = break_rules("--sample", "0.02", "--seed", "1")
    assert ran.returncode == 0, ran.stdout + ran.stderr


def test_what_no_test_notices_is_named(tmp_path: Path) -> None:
    """A change that leaves the named tests green is reported, with rule, file and both texts."""
    table = tmp_path / "rules.toml"
    table.write_text(HARMLESS, "utf-8")
    ran = break_rules("--rules", str(table))
    assert ran.returncode == 1
    last = ran.stdout.splitlines()[-1]
    assert last.startswith("harmless: NOT NOTICED: lazsa_flow/award/rules/panel.py: 'TALLY: Final")


def test_what_is_chosen() -> None:
    """By id or its beginning; a share draws as many rules, another seed others, one break each."""
    breaks = read_breaks(RULES)
    assert choose(breaks, [], 1, 1) == breaks
    chosen = choose(breaks, ["criteria."], 1, 1)
    assert {each.rule.partition(".")[0] for each in chosen} == {"criteria"}
    rules = len({each.rule for each in breaks})
    drawn = [each.rule for each in choose(breaks, [], 0.1, 1)]
    assert len(drawn) == len(set(drawn)) == round(rules / 10)
    seeds = Random(7).sample(range(1000), 5)
    assert len({tuple(each.rule for each in choose(breaks, [], 0.1, s)) for s in seeds}) == 5


def test_the_nearest_tests_come_first() -> None:
    """A failure is found where it costs least: unit tests first, whole stories last."""
    named = ["tests/scenarios/two_midnights.toml", "tests/contract/x.py::b", "tests/unit/x.py::a"]
    assert node_ids(named) == (
        "tests/unit/x.py::a",
        "tests/contract/x.py::b",
        "tests/acceptance/test_scenarios.py::test_scenario[two_midnights]",
    )
