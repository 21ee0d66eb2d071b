"""The rules of the award programme as one page, each with links to its code and its tests."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from lazsa_flow.award.lifecycles.award import AWARD
from lazsa_flow.award.lifecycles.entry import ENTRY
from lazsa_flow.award.lifecycles.trainer import TRAINER
from lazsa_flow.lifecycle.model import SYSTEM

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from lazsa_flow.lifecycle.table import Edge, Lifecycle

FRAME: Final = Path(__file__).with_name("programme.toml")
RULES: Final = Path(__file__).resolve().parents[2] / "tests" / "rules.toml"
_LIFECYCLES: Final = {each.name: each for each in (AWARD, TRAINER, ENTRY)}

_INTRODUCTION: Final = """\
<!-- Written by docs/generate.py from docs/pages/programme.toml and tests/rules.toml. -->

# The award programme

The rules of the LazSA (Lazada Seller Ambassador) programme as this repository carries them out.
Each rule links to the code that carries it out and to the tests that fail when it is broken
([all of them in a table](rules.md)).

The rules come from three public documents: the *Introduction* (2020), the *FAQ* with its part on
Reconnect, and the *Turnover* article on store entry. What the software does for each of their
clauses is listed in [clauses](clauses.md). Where the documents say nothing, the rule is
marked "(ours)": a value of the policy, or a decision of this project. Words with a special meaning
are in the [glossary](glossary.md).

To change a rule, change its sentence in `tests/rules.toml` in the same commit as the code and the
tests, then run `docs/generate.py`.
"""


def list_sections() -> list[dict[str, Any]]:
    """Return the sections of tests/rules.toml, each with its rules."""
    sections: list[dict[str, Any]] = tomllib.loads(RULES.read_text("utf-8"))["section"]
    return sections


def render() -> str:
    """Render the page of the programme.

    Raises:
        KeyError: A section of tests/rules.toml has no frame in docs/pages/programme.toml.
    """
    frames = {each["title"]: each for each in tomllib.loads(FRAME.read_text("utf-8"))["section"]}
    parts = [_INTRODUCTION]
    for section in list_sections():
        parts.extend(_render_section(section["rule"], frames[section["title"]]))
    return "\n".join(parts)


def _render_section(rules: Sequence[dict[str, Any]], frame: dict[str, Any]) -> Iterator[str]:
    yield f"## {frame['title']}\n"
    yield f"{frame['about'].strip()}\n"
    by_topic: dict[str | None, list[dict[str, Any]]] = {None: []}
    by_topic |= {topic["title"]: [] for topic in frame["topics"]}
    for rule in rules:
        by_topic[_find_topic(rule["id"], frame["topics"])].append(rule)
    if by_topic[None]:
        yield "".join(map(_render_rule, by_topic[None]))
    for topic in frame["topics"]:
        yield f"### {topic['title']}\n"
        if "about" in topic:
            yield f"{topic['about']}\n"
        if "lifecycle" in topic:
            yield _render_transitions(_LIFECYCLES[topic["lifecycle"]])
        yield "".join(map(_render_rule, by_topic[topic["title"]]))


def _find_topic(rule: str, topics: Sequence[dict[str, Any]]) -> str | None:
    """Return the title of the topic that names a rule's id or the longest prefix of it."""
    found = [
        (len(prefix), topic["title"])
        for topic in topics
        for prefix in topic["rules"]
        if f"{rule}.".startswith(f"{prefix}.")
    ]
    return max(found)[1] if found else None


def _render_rule(rule: dict[str, Any]) -> str:
    anchor = f'<a id="{rule["id"]}"></a>'
    if "later" in rule:
        return f"- {anchor}{rule['says']} (Not carried out yet: {rule['later']})\n"
    code = _render_links("code", rule["code"])
    tests = _render_links("test", rule["tests"])
    return f"- {anchor}{rule['says']} <sub>{code} · {tests}</sub>\n"


def _render_links(word: str, places: Sequence[str]) -> str:
    """Render links to files, the first under a word and the others under their numbers."""
    texts = [word, *map(str, range(2, len(places) + 1))]
    return " ".join(_render_link(*each) for each in zip(texts, places, strict=True))


def _render_link(text: str, place: str) -> str:
    file, _, member = place.partition("::")
    title = member.replace("::", ".") or Path(file).name
    return f'[{text}](../../{file} "{title}")'


def _render_transitions(lifecycle: Lifecycle) -> str:
    """Render a lifecycle's transitions: their states, who fires them or when, and the guards."""
    lines = ["| transition | from → to | who, or when | guards |", "|---|---|---|---|"]
    for edge in (lifecycle.opening, *lifecycle.edges):
        sources = ", ".join(f"`{each}`" for each in edge.sources) or "(opens the path)"
        guards = ", ".join(f"`{each}`" for each in edge.guards)
        who = "; ".join(dict.fromkeys(_list_who(lifecycle, edge)))
        lines.append(f"| `{edge.trigger}` | {sources} → `{edge.dest}` | {who} | {guards} |")
    return "\n".join(lines) + "\n"


def _list_who(lifecycle: Lifecycle, edge: Edge) -> Iterator[str]:
    for permit in edge.permits:
        reasons = f" ({', '.join(f'`{each}`' for each in permit.reasons)})"
        who = permit.role if permit.role != SYSTEM else _name_timers(lifecycle, edge)
        yield who + (reasons if permit.reasons else "")


def _name_timers(lifecycle: Lifecycle, edge: Edge) -> str:
    """Name the timers that try an edge, or say that it is part of another move."""
    names = [
        f"`{timer.name}`"
        for timer in lifecycle.timers
        for step in timer.steps
        if step.trigger == edge.trigger
        and step.reason in edge.reasons
        and (set(timer.states) & set(edge.sources))
    ]
    return f"timer {', '.join(dict.fromkeys(names))}" if names else "part of another move"
