"""Names that would break out of a graph's text, or run, if they were written as they are."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from lazsa_flow.lifecycle.table import Edge, Permit, State, Step, Timer
from tests.factories import guard, table

if TYPE_CHECKING:
    from collections.abc import Sequence

    from lazsa_flow.lifecycle.table import Lifecycle

HOSTILE: Final = (
    "<img src=x onerror=hacked=1>",
    "</text><script>hacked=1</script>",
    "</script><script>hacked=1</script>",
    "</title><script>hacked=1</script>",
    "</style><script>hacked=1</script>",
    "<!--<script>",
    "--><svg onload=hacked=1>",
    "]]><script>hacked=1</script>",
    "<?xml version='1.0'?>",
    "<!DOCTYPE x [<!ENTITY y SYSTEM 'file:///etc/passwd'>]>&y;",
    '" onmouseover="hacked=1',
    "' onfocus='hacked=1",
    "${hacked=1}",
    "$title $$data ${nonce}",
    "{{hacked=1}} {% raw %}",
    "__proto__",
    "constructor",
    "javascript:hacked=1",
    'a" as s1',
    "it's 'quoted'",
    "a:b::c",
    "a;b;",
    "two\nlines",
    "two\r\nlines",
    "tab\tand\x00nul\x1b[31m",
    "%% a comment",
    "%%{init: {'theme':'dark'}}%%",
    "]] }} >>",
    "[*] --> s0",
    "end",
    "state",
    "note right of s0",
    "direction LR",
    "classDef waiting fill:#f00",
    "click s0 href javascript:alert(1)",
    "#lt;b#gt; &lt;b&gt; &amp;quot;",
    "ends in a backslash \\",
    r"\N \G \" \\",
    '"]; s0 -> s1 [label="x',
    "/* a comment */ // and # more",
    "<<b>bold</b>>",
    "---\ntitle: x\n---",
    "`**bold**` _italic_ $$x^2$$",
    "fa:fa-car",
    "right\u202eleft\u2028next\u200b",
    "lone \ud800 surrogate",
    "Đại sứ 卖家 🏅",
    "ﬂ°°60¶ß",
    "%s %(name)s {0} {name}",
    "*",
    "a.*",
    "#s1.s0",
    "W" * 300,
    "  ",
    "",
)
"""Each is a word that a table may hold as a name. The ligature is Mermaid's own mark within."""


def hostile_table(name: str) -> Lifecycle:
    """Return a lifecycle in which everything that has a name of its own has this one."""
    other = f"{name}."
    return table(
        name=name,
        title=name,
        states=(State(name, "waiting", open=True), State(other, "failure", final=True)),
        opening=Edge(name, (), name, (Permit("seller", (name,)),), (name,)),
        edges=(
            Edge(name, (name,), other, (Permit("system", (name,)),), (name, other)),
            Edge(name, (name,), name, (Permit("seller", (other,)),)),
        ),
        timers=(Timer(name, (name,), "dusk", steps=(Step(name, name),)),),
        guards={each: guard(each) for each in (name, other)},
        happy_path=(name, other),
    )


def hostile_chain(names: Sequence[str]) -> Lifecycle:
    """Return a lifecycle with a state, a trigger, a guard and a timer of each name, in a chain."""
    end = f"{names[-1]}."
    steps = list(zip(names, (*names[1:], end), strict=True))
    return table(
        name=names[0],
        title=names[0],
        states=(
            *(State(name, "waiting", open=True) for name in names),
            State(end, "failure", final=True),
        ),
        opening=Edge(end, (), names[0], (Permit("seller", (end,)),), (end,)),
        edges=tuple(
            Edge(name, (name,), to, (Permit("system", (name,)),), (name,)) for name, to in steps
        ),
        timers=tuple(Timer(name, (name,), "dusk", steps=(Step(name, name),)) for name in names),
        guards={each: guard(each) for each in (*names, end)},
        happy_path=(*names, end),
    )
