"""The lifecycles: their pictures, their timers, and the Mermaid text of each."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from docs.pages.markdown import HEADER, table
from lazsa_flow.award.lifecycles.award import AWARD
from lazsa_flow.award.lifecycles.entry import ENTRY
from lazsa_flow.award.lifecycles.trainer import TRAINER
from lazsa_flow.graph.chart import build_chart
from lazsa_flow.graph.mermaid import mermaid
from lazsa_flow.graph.svg import svg

if TYPE_CHECKING:
    from collections.abc import Callable

    from lazsa_flow.lifecycle.table import Lifecycle, Timer

TABLES: Final = (AWARD, TRAINER, ENTRY)

_LIFECYCLES: Final = f"""\
{HEADER}

# The lifecycles

Three tables, drawn from themselves: `lazsa-flow graph NAME --format svg`. A label reads as a
sentence: `retire` *as* its reasons, *at* the timers that try it, *by* who may pull it, *if* its
guards hold. With `--database` the same picture has the figures of a programme; `--format html`
makes a page of it, and `lazsa-flow view` keeps that page up to date.

| ![light](../graph/light.png) | ![dark](../graph/dark.png) | ![phone](../graph/phone.png) |
|---|---|---|
| who is in a state | one path's story, with each refusal | on a phone |
"""


def lifecycles() -> str:
    """Render every lifecycle: its picture, its timers, and the Mermaid text of it."""
    return "\n".join((_LIFECYCLES, *map(_lifecycle, TABLES)))


def _lifecycle(lifecycle: Lifecycle) -> str:
    name = lifecycle.name
    drawn = build_chart(lifecycle)
    parts = [
        f"## {lifecycle.title}: `{name}`\n",
        "<picture>",
        f'<source media="(prefers-color-scheme: dark)" srcset="{name}-dark.svg">',
        f'<img src="{name}.svg" alt="{lifecycle.title}: {_in_words(lifecycle)}">',
        "</picture>\n",
    ]
    if lifecycle.timers:
        rows = [_timer_row(timer) for timer in lifecycle.timers]
        parts.append(table(("timer", "lives in", "falls due at", "tries, in order"), rows))
    parts.append("<details><summary>As Mermaid</summary>\n")
    parts.append(f"```mermaid\n{mermaid(drawn)}```\n\n</details>\n")
    return "\n".join(parts)


def _in_words(lifecycle: Lifecycle) -> str:
    return f"the hoped-for way is {', '.join(lifecycle.happy_path)}; the same as text below"


def _timer_row(timer: Timer) -> tuple[str, ...]:
    steps = [
        f"`{step.trigger}`" + (f" ({step.reason})" if step.reason else "") for step in timer.steps
    ]
    states = ", ".join(f"`{state}`" for state in timer.states)
    return (f"`{timer.name}`", states, f"`{timer.at}`", ", ".join(steps) or "nothing: a reminder")


def picture(lifecycle: Lifecycle, *, dark: bool) -> Callable[[], str]:
    """Return what draws a lifecycle, on light or dark paper."""
    return lambda: svg(build_chart(lifecycle), dark=dark)
