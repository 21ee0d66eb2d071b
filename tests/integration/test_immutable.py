"""Nothing that is handed out can change what the library or the database holds."""

from __future__ import annotations

import inspect
import json
import pickle
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import fields, is_dataclass
from datetime import date
from functools import partial
from typing import TYPE_CHECKING, Any

import pytest

from lazsa_flow.award.programme import Programme
from lazsa_flow.errors import LazsaError
from tests.arguments import arguments_of
from tests.integration.world import World, convene
from tests.questions import questions

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path as FilePath

LENDERS = {"bind", "dry_run", "on_path", "close", "picture", "portraits"}
"""They answer with no values: what they lend works on, or draws."""


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def stage(
    request: pytest.FixtureRequest, migrated: FilePath, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[tuple[World, str]]:
    """A world and its database's URL: an ambassador, and a nominee under review."""
    if request.param == "sqlite":
        file = tmp_path_factory.mktemp("immutable") / "lazsa.db"
        file.write_bytes(migrated.read_bytes())
        url = f"sqlite:///{file}"
    else:
        Programme.migrate(url := request.getfixturevalue("postgres")())
    world = World(url)
    with world.programme:
        if request.param == "postgresql":
            convene(world.programme)
        world.ambassador("s1")
        world.now(date(2020, 8, 10)).nominate("s2")
        world.go(date(2020, 9, 20))
        yield world, url


def _questions() -> dict[str, Callable[..., Any]]:
    """Return every public question, those to come included."""
    return {name: each for name, each in questions().items() if name not in LENDERS}


def _parts(whole: Any) -> Iterator[Any]:
    """Yield the values that a value holds."""
    if is_dataclass(whole) and not isinstance(whole, type):
        yield from (getattr(whole, each.name, None) for each in fields(whole))
    elif isinstance(whole, Mapping):
        yield from whole.values()
    elif isinstance(whole, (list, tuple, set, frozenset)):
        yield from whole


def _harm(whole: Any, seen: set[int]) -> None:
    """Try to change a value in every way, and all that it holds."""
    if id(whole) in seen:
        return
    seen.add(id(whole))
    for part in list(_parts(whole)):
        _harm(part, seen)
    attempts: list[Callable[[], object]] = [
        lambda: whole.clear(),
        lambda: whole.append("changed"),
        lambda: whole.add("changed"),
        lambda: whole.__setitem__("changed", "changed"),
        lambda: whole.pop(),
    ]
    if is_dataclass(whole) and not isinstance(whole, type):
        attempts += (partial(setattr, whole, each.name, None) for each in fields(whole))
    for attempt in attempts:
        with suppress(AttributeError, TypeError, KeyError, IndexError):
            attempt()


@pytest.mark.parametrize("name", _questions())
def test_no_answer_can_be_used_to_change_another(stage: tuple[World, str], name: str) -> None:
    """Whatever is done to an answer, the next one is the same, in this process and another."""
    world, url = stage
    method = _questions()[name]
    if name == "verdicts":
        given: dict[str, Any] = {"path": world.path("award-1"), "row": world.last("award-1")}
    else:
        given = arguments_of(name, method)

    def ask(programme: Programme) -> Any:
        try:
            found = getattr(programme, name)(**given)
        except LazsaError as error:
            return str(error)
        return list(found) if inspect.isgenerator(found) else found

    answer = ask(world.programme)
    kept = pickle.dumps(answer)
    _harm(answer, set())
    assert ask(world.programme) == pickle.loads(kept)
    with Programme.open(url, clock=world.clock) as other:
        assert ask(other) == pickle.loads(kept)


def test_a_path_that_was_harmed_does_not_reach_the_next_move(stage: tuple[World, str]) -> None:
    """What a caller does to a path is not written with another's next move."""
    world, _url = stage
    path = world.path("award-1")
    _harm(path, set())
    assert path == world.path("award-1")
    assert json.loads(json.dumps(dict(path.data))) == path.data
    assert hash(path) == hash(world.path("award-1"))
