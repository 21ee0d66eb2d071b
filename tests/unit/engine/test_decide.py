"""Which edge a path takes: every guard is asked, and the first step of a timer that holds fires."""

from __future__ import annotations

from dataclasses import replace

from lazsa_flow.engine.decide import decide_edge, decide_timer
from lazsa_flow.lifecycle.guards import Finding
from lazsa_flow.lifecycle.table import Edge, Permit, Step, Timer
from tests.factories import context, guard, path, rulebook, table

CLOCK = (Permit("system"),)
DOOR = context(path=path("ajar", lifecycle="door"))


def test_every_guard_of_an_edge_is_asked() -> None:
    """design.md, rule 3: all guards are evaluated, so that every unmet one is known."""
    guards = {name: guard(name, held=held) for name, held in (("a", False), ("b", True))}
    guards["c"] = guard("c", held=False)
    rules = rulebook(
        table(edges=(Edge("close", ("ajar",), "shut", CLOCK, ("a", "b", "c")),), guards=guards)
    )
    edge, findings = decide_edge(rules, DOOR, "close")
    assert edge is None
    assert [(name, finding[0]) for name, finding in findings.items()] == [
        ("a", False),
        ("b", True),
        ("c", False),
    ]


def test_an_edge_whose_guards_hold_is_taken() -> None:
    """Where every guard holds the edge comes back, with what was found."""
    edge, findings = decide_edge(rulebook(table()), DOOR, "close")
    assert edge is not None
    assert edge.dest == "shut"
    assert findings == {"ready": Finding(True)}


def test_a_trigger_without_an_edge_finds_nothing() -> None:
    """Where the state has no such edge none is taken, and no guard is asked."""
    assert decide_edge(rulebook(table()), DOOR, "lock") == (None, {})


def test_a_guard_is_asked_once_a_decision() -> None:
    """What one step of a timer found is not asked again by the next."""
    asked: list[str] = []

    def check(_situation: object) -> Finding:
        asked.append("ready")
        return Finding(False, len(asked))

    rules = rulebook(
        table(
            guards={"ready": replace(guard(), check=check)},
            edges=(
                Edge("close", ("ajar",), "shut", CLOCK, ("ready",)),
                Edge("swing", ("ajar",), "shut", CLOCK, ("ready",)),
            ),
            timers=(Timer("evening", ("ajar",), "dusk", (Step("close"), Step("swing"))),),
        )
    )
    timer = rules.lifecycle("door").timer("evening")
    edge, tried, findings = decide_timer(rules, DOOR, timer)
    assert (edge, tried, asked) == (None, DOOR, ["ready"])
    assert findings == {"ready": Finding(False, 1)}


def test_the_first_step_that_holds_fires_with_its_reason() -> None:
    """programme.md, the lifecycles: the first trigger of the ordered list whose guards hold fires.

    Guards of later steps are not asked; those of earlier ones are kept.
    """
    rules = rulebook(
        table(
            guards={"no": guard("no", held=False), "yes": guard("yes"), "late": guard("late")},
            edges=(
                Edge("close", ("ajar",), "shut", CLOCK, ("no",)),
                Edge("lock", ("ajar",), "shut", (Permit("system", ("dark",)),), ("yes",)),
                Edge("lock", ("ajar",), "shut", (Permit("system", ("cold",)),), ("late",)),
            ),
            timers=(
                Timer(
                    "evening",
                    ("ajar",),
                    "dusk",
                    (Step("close"), Step("lock", "dark"), Step("lock", "cold")),
                ),
            ),
        )
    )
    edge, tried, findings = decide_timer(rules, DOOR, rules.lifecycle("door").timer("evening"))
    assert edge is not None
    assert (edge.trigger, tried.reason) == ("lock", "dark")
    assert list(findings) == ["no", "yes"]
