"""Values in a console: each is one short line, whatever it holds."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lazsa_flow.award.lifecycles.award import AWARD
from lazsa_flow.config import Config
from lazsa_flow.graph.chart import build_chart
from lazsa_flow.store.store import SqlStore

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.integration.world import World

LONGEST = 450
VALUES: dict[str, Callable[[World], object]] = {
    "lifecycle": lambda world: AWARD,
    "guard": lambda world: AWARD.guards["not_renewable"],
    "edge": lambda world: AWARD.edges[0],
    "timer": lambda world: AWARD.timers[0],
    "chart": lambda world: build_chart(AWARD),
    "config": lambda world: Config.load(),
    "path": lambda world: world.programme.find("s1"),
    "explanation": lambda world: world.programme.explain("s1"),
    "exit": lambda world: world.programme.explain("s1").exits[0],
    "picture": lambda world: world.programme.picture(),
    "stop": lambda world: world.programme.picture().stops[-1],
    "view": lambda world: world.programme.portraits("s1")[0],
    "page": lambda world: world.programme.find_all(),
    "row": lambda world: world.programme.find_all()[0],
    "policy": lambda world: world.programme.policy_list()[0],
    "country": lambda world: world.programme.country_list()[0],
    "notice": lambda world: world.programme.preview_notice("awarded", country="SG"),
    "service": lambda world: world.programme,
}


def test_a_value_is_one_short_line(world: World) -> None:
    """No value of the public surface fills a console."""
    world.nominate("s1")
    shown = {name: repr(make(world)) for name, make in VALUES.items()}
    assert {name: text for name, text in shown.items() if "\n" in text} == {}
    assert {name: text for name, text in shown.items() if len(text) > LONGEST} == {}
    assert shown["path"] == "<Path award-1: 's1' in SG, nominated since 2020-02-10 04:00 UTC>"


def test_a_value_says_what_it_is() -> None:
    """The large ones name what they hold, and a service its database without a password."""
    assert repr(AWARD).startswith("<Lifecycle award: 10 states, ")
    assert repr(build_chart(AWARD)).startswith("<Chart of award: 10 states, ")


def test_a_service_shows_no_secret() -> None:
    """A password in the URL, in its options too, is not printed."""
    store = SqlStore("postgresql+psycopg://user:secret@host.example/flow?password=secret")
    assert store.place == "postgresql://host.example/flow"
    store.close()
