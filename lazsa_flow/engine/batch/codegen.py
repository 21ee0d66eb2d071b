"""Generated functions: one that writes verdicts as text, one that decides identical paths.

As ``dataclasses`` makes an ``__init__``: what a loop would look up again for every path stands in
the function's text. A cycle night calls them a million times. Property tests hold that they decide
as ``transitions`` does, and write what ``json.dumps`` would.
"""

from __future__ import annotations

from functools import lru_cache
from json.encoder import encode_basestring as quoted
from typing import TYPE_CHECKING, Any

from lazsa_flow.lifecycle.evidence import parts_read

if TYPE_CHECKING:
    from collections.abc import Callable, Hashable, Iterable, Sequence
    from datetime import date

    from lazsa_flow.engine.evidence_row import EvidenceRow
    from lazsa_flow.lifecycle.evidence import ReadPart, Source
    from lazsa_flow.lifecycle.guards import Found, Measured

    Write = Callable[[Iterable[Found]], str]
    CachedFinding = tuple[bool, str]
    """Whether a guard held, and its verdict's text."""
    Memo = dict[Hashable, CachedFinding]
    Ask = Callable[[int, Hashable, EvidenceRow], CachedFinding]
    Decide = Callable[[EvidenceRow], tuple[int | None, str]]


@lru_cache(maxsize=1024)
def writer(names: tuple[str, ...]) -> Write:
    """Return what writes the findings of guards of these names as canonical text.

    Source:
        RFC 8785, 3.2.2.
    """
    parts = ["'['"]
    for n, name in enumerate(names):
        figure = f"quoted(m{n}) if m{n}.__class__ is str else m{n} if m{n}.__class__ is int"
        parts += [
            "','" if n else "",
            f"f'{{(yes if h{n} else no) if e{n} is None else dated(h{n}, e{n})}}'",
            f"f'{{{figure} else word(m{n})}}'",
            repr(f',"name":{quoted(name)}}}'),
        ]
    taken = "".join(f"(h{n}, m{n}, e{n}), " for n in range(len(names)))
    lines = ["def write(findings):", *([f" {taken}= findings"] if names else [])]
    lines.append(f" return {' '.join(parts)} ']'")
    known = {"yes": _begun(True), "no": _begun(False), "dated": _begun, "word": _word}
    made: Write = _define_function(lines, {**known, "quoted": quoted})
    return made


def compile_decision(
    routes: Sequence[tuple[Sequence[int], Sequence[int]]],
    reads: Sequence[frozenset[str]],
    sources: Sequence[Source],
) -> Callable[[Ask, Sequence[Memo]], Decide]:
    """Return what makes the function that decides the paths of a group.

    That function looks each guard's answer up by what the guard reads, tells the first route that
    fires, or ``None``, and writes the verdicts of all that was asked. No text of a lifecycle's
    becomes a part of its source.

    Args:
        routes: Of each, the guards that nothing before it has asked, and all that must hold, by
            their numbers.
        reads: What each guard reads, records aside, for the paths of a group agree in those.
        sources: The lifecycle's evidence sources.

    Returns:
        A function of what asks a guard whose answer is not known yet, and of where each guard's
        answers are kept.
    """
    kept = [f" kept{n} = memos[{n}].get" for n in range(len(reads))]
    lines = ["def make(ask, memos):", *kept, " def decide(row):"]
    taken, names = _lines_taking(parts_read(frozenset().union(*reads), sources), sources)
    lines += taken
    asked: list[int] = []
    for number, (new, needed) in enumerate(routes):
        for n in new:
            key = _key_text(parts_read(reads[n], sources), sources)
            lines.append(f"  v{n} = kept{n}({key}) or ask({n}, {key}, row)")
        asked += new
        held = " and ".join(f"v{n}[0]" for n in needed) or "True"
        lines.append(f"  if {held}: return {number}, {_verdicts_text(asked)}")
    lines += [f"  return None, {_verdicts_text(asked)}", " return decide"]
    made: Callable[[Ask, Sequence[Memo]], Decide] = _define_function(lines, names)
    return made


def _lines_taking(
    read: Iterable[ReadPart], sources: Sequence[Source]
) -> tuple[list[str], dict[str, Any]]:
    """Return the lines that take what is read of the sources, and the names that they know."""
    lines, names = [], dict[str, Any]()
    for n in sorted({part.source for part in read}):
        source = sources[n]
        names[f"name{n}"] = source.name
        lines.append(f"  rows{n} = row.rows[name{n}]")
        if source.fields:
            lines.append(f"  s{n} = rows{n}[0] if rows{n} else unknown{n}")
            names[f"unknown{n}"] = source.unknown_row
        else:
            lines.append(f"  s{n} = key{n}(rows{n})")
            names[f"key{n}"] = source.key
    return lines, names


def _verdicts_text(asked: Sequence[int]) -> str:
    """Return the text of an expression: the verdicts of these guards as a list."""
    return "f'[" + ",".join(f"{{v{n}[1]}}" for n in asked) + "]'"


def _key_text(read: Iterable[ReadPart], sources: Sequence[Source]) -> str:
    """Return the text of an expression: all that a guard reads."""
    parts = [
        f"s{n}" if field is None else f"s{n}[{sources[n].position(field)}]" for n, field in read
    ]
    return parts[0] if len(parts) == 1 else f"({''.join(f'{part}, ' for part in parts)})"


def _define_function(lines: Iterable[str], names: dict[str, Any]) -> Any:
    """Return the function that these lines define, which knows these names."""
    functions: dict[str, Any] = {}
    exec("\n".join(lines), names, functions)  # noqa: S102 - of names made literals here
    [made] = functions.values()
    return made


@lru_cache(maxsize=4096)
def _begun(held: bool, earliest: date | None = None) -> str:
    """Return what stands before a verdict's figure."""
    on = "null" if earliest is None else quoted(earliest.isoformat())
    return f'{{"earliest":{on},"held":{_word(held)},"measured":'


def _word(measured: Measured) -> str:
    """Write a figure that is neither a plain text nor a plain number.

    Raises:
        TypeError: It is none that a journal can hold; see :mod:`lazsa_flow.lifecycle.findings`.
    """
    if measured is None:
        return "null"
    if isinstance(measured, bool):
        return str(measured).lower()
    if isinstance(measured, str):
        return quoted(str.__str__(measured))
    return int.__repr__(measured)
