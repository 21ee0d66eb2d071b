"""Names of functions have two words or more on average, and retired names do not come back."""

from __future__ import annotations

import ast
from functools import cache
from pathlib import Path
from statistics import mean
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT: Final = Path(__file__).parents[2]
PACKAGES: Final = ("lazsa_flow", "workers")
WORDS_AT_LEAST: Final = 1.7
"""The average reached, in words a function name. Raise it with the names, and never lower it."""

RETIRED: Final = {
    "Alike": "BatchChange",
    "bell": "wake",
    "Bulk": "RowWriter",
    "bulk.pin": "pin_plans",
    "bulk.send": "flush",
    "bulk.together": "pipelined",
    "casting": "batch_rows",
    "check_right": "authorize",
    "Chunk": "ChunkResult",
    "claiming": "due_timers",
    "codec": "encode",
    "Cohort": "DecisionGroup",
    "cohort": "group",
    "compiling": "guard_function, verdict_text, codegen",
    "context.on_path": "run_on_path",
    "convening": "panels",
    "decoding": "decode",
    "draft": "change_builder",
    "Draft": "ChangeBuilder",
    "Driven": "KeptConnection",
    "driver.raw": "driver_connection",
    "ended_badly": "failure",
    "ended_well": "success",
    "engine_side": "engine_transaction",
    "EngineSide": "EngineTransaction",
    "Evidence": "Snapshot",
    "explain.judge": "evaluate_guards",
    "FirstLook": "Prefetch",
    "fresh": "new_guards",
    "GuardContext.seen": "snapshot",
    "Hear": "Decide",
    "Heard": "CachedFinding",
    "hearing": "memo",
    "Hearing": "MemoizedDecision",
    "Held": "BlockingGuard",
    "HIDDEN": "MASKED",
    "HoldingBulk": "BufferedWriter",
    "honoured": "active",
    "Judged": "ChunkDecision",
    "Leg": "TrailStep",
    "Matter": "NoticeContext",
    "mould": "template",
    "move_of": "move_from_row, move_from_json",
    "move_paths": "update_paths",
    "once": "run_idempotent",
    "otherwise": "on_refused",
    "Own": "PathOverrides",
    "Portrait": "PathView",
    "Record": "Statement",
    "records.append": "append_statement",
    "records.case": "set_case",
    "records.state": "record_statement",
    "records.step": "record_reconnect_step",
    "related": "matches_relation",
    "Resident": "PathCard",
    "rights": "permissions",
    "rule_of": "describe_permits",
    "Scene": "HistoryEntry",
    "settle": "fire_overdue",
    "showing": "masking",
    "Sight": "EvidenceRow",
    "Situation": "GuardContext",
    "soundness": "validation",
    "Span": "Period",
    "Stand": "RulesStamp",
    "Stop": "TimelinePoint",
    "StoredSight": "SqlEvidenceRow",
    "sweep.judge": "decide_chunk",
    "sweep.tell": "log_chunk",
    "Swept": "SweepResult",
    "tabled": "is_pure_table",
    "telling": "notice_context",
    "TellingDesk": "NoticeContextBuilder",
    "to_draft": "mask_for_change",
    "to_guard": "mask_for_guard",
    "travel": "run",
    "travels": "supported",
    "trip": "pg_pipeline",
    "uncollected": "gc_paused",
    "urgent": "preempts_timers",
    "Watch": "IdlePoller",
    "writing": "apply_changes",
}
"""Names that were replaced: a definition's name, or ``module.name`` where the name alone is common;
each with what took its place."""


@cache
def parse_files() -> tuple[tuple[Path, ast.Module], ...]:
    """Parse every module of the packages."""
    files = sorted(file for name in PACKAGES for file in (ROOT / name).rglob("*.py"))
    return tuple((file, ast.parse(file.read_text("utf-8"))) for file in files)


def list_functions(node: ast.AST) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef]:
    """List the functions below a node that stand outside classes."""
    for child in ast.iter_child_nodes(node):
        if isinstance(child, ast.ClassDef):
            continue
        if isinstance(child, ast.FunctionDef | ast.AsyncFunctionDef):
            yield child
        yield from list_functions(child)


def count_words(name: str) -> int:
    """Count the words of a name: ``_read_rows`` has two."""
    return sum(1 for word in name.split("_") if word)


def list_definitions(module: ast.Module) -> Iterator[str]:
    """List what a module defines: functions, classes, values, public methods and attributes."""
    for node in module.body:
        if isinstance(node, ast.ClassDef):
            yield from (each for each in _list_targets(node.body) if not each.startswith("_"))
    yield from _list_targets(module.body)


def _list_targets(body: list[ast.stmt]) -> Iterator[str]:
    for node in body:
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            yield node.name
        targets = node.targets if isinstance(node, ast.Assign) else [getattr(node, "target", None)]
        yield from (each.id for each in targets if isinstance(each, ast.Name))


def test_function_names_have_words_enough() -> None:
    """The names of functions outside classes keep the average that was reached."""
    named = [(file, each.name) for file, tree in parse_files() for each in list_functions(tree)]
    average = mean(count_words(name) for _, name in named)
    short = [f"{file.relative_to(ROOT)}: {name}" for file, name in named if count_words(name) == 1]
    report = f"{average:.3f} words a name; {len(short)} have one:\n" + "\n".join(short)
    print(report)
    assert average >= WORDS_AT_LEAST, report


def test_no_retired_name_is_defined() -> None:
    """No module, class, function, value, public method or attribute has a retired name."""
    found = []
    for file, tree in parse_files():
        defined = {each.lstrip("_") for each in list_definitions(tree)}
        names = {file.stem, *defined, *(f"{file.stem}.{each}" for each in defined)}
        found += [f"{file.relative_to(ROOT)}: {each}" for each in sorted(names & RETIRED.keys())]
    assert found == []


def test_the_checks_see_names() -> None:
    """The checks find functions and definitions where they are, and none in classes."""
    text = (
        "X = 1\nclass A:\n    y: int\n    def go(self): ...\ndef read_it():\n    def inner(): ..."
    )
    module = ast.parse(text)
    assert [each.name for each in list_functions(module)] == ["read_it", "inner"]
    assert set(list_definitions(module)) == {"X", "A", "y", "go", "read_it"}
    assert [count_words(each) for each in ("_read_rows", "go", "__call__")] == [2, 1, 1]
