"""The programme in a picture: figures that the journal bears out, and who is held by what."""

from __future__ import annotations

from datetime import date, timedelta
from typing import TYPE_CHECKING

import pytest

from lazsa_flow.errors import NotFoundError
from lazsa_flow.graph.timeline import picture_to_json
from tests.integration.world import APRIL, DUE, EMPLOYEE, OCTOBER

if TYPE_CHECKING:
    from lazsa_flow.graph.timeline import PathCard, Picture, TimelinePoint
    from tests.integration.world import World


def names(picture: Picture, stop: TimelinePoint, country: str = "SG") -> dict[str, int]:
    """Return a stop's counts by the states' names."""
    labels = {node.id: node.label for node in picture.chart.nodes}
    return {labels[id_]: count for id_, count in stop.counts.get(country, {}).items()}


def flows(picture: Picture, stop: TimelinePoint, country: str = "SG") -> dict[str, int]:
    """Return a stop's flows by the arrows' triggers, added up."""
    found: dict[str, int] = {}
    for arrow in picture.chart.arrows:
        times = stop.flows.get(country, {}).get(arrow.id, 0)
        if times:
            found[arrow.trigger] = found.get(arrow.trigger, 0) + times
    return found


def resident(picture: Picture, path: str) -> PathCard:
    """Return a listed path."""
    return next(each for each in picture.residents if each.path == path)


def test_the_figures_of_now_are_those_of_the_states(world: World) -> None:
    """What the journal adds up to is what stands in the paths' own rows."""
    world.ambassador("s1")
    world.nominate("s2")
    picture = world.programme.picture()
    shown = {node.label: node.count for node in picture.chart.nodes if node.count}
    assert shown == world.programme.states() == {"awarded": 1, "nominated": 1}


def test_the_past_is_told_by_cycle_date(world: World) -> None:
    """At the end of each cycle date stands who had come by then; flows are those since the last."""
    world.renewing("s1")
    world.go(DUE + timedelta(days=1))
    picture = world.programme.picture()
    past = {stop.on: stop for stop in picture.stops if stop.kind == "past"}
    assert set(past) == {APRIL, OCTOBER, DUE}
    assert [names(picture, past[on]) for on in (APRIL, OCTOBER, DUE)] == [
        {"awarded": 1},
        {"awarded": 1},
        {"renewed": 1},
    ]
    assert flows(picture, past[APRIL]) == {"nominate": 1, "open_review": 1, "award": 1}
    assert flows(picture, past[OCTOBER]) == {}
    assert flows(picture, past[DUE]) == {"fall_due": 1, "renew": 1}


def test_what_is_due_is_shown_as_due(world: World) -> None:
    """A coming stop has the timers that pend in its books, and foretells no state."""
    world.ambassador("s1")
    picture = world.programme.picture()
    [now] = [stop for stop in picture.stops if stop.kind == "now"]
    [coming] = [stop for stop in picture.stops if stop.kind == "due"]
    assert (now.on, coming.on) == (APRIL, DUE)
    assert coming.counts == now.counts
    assert coming.due == {"SG": {"due_date": 1}}
    assert flows(picture, coming) == {"fall_due": 1}
    fall_due = next(arrow for arrow in picture.chart.arrows if arrow.trigger == "fall_due")
    assert fall_due.due_on == DUE


def test_what_falls_due_before_the_next_cycle_date_is_due_until_it(world: World) -> None:
    """A timer between two cycle dates is shown at the later one; an overdue one is shown now."""
    world.nominate("s1")
    picture = world.programme.picture()
    [coming] = [stop for stop in picture.stops if stop.kind == "due"]
    assert (coming.on, coming.due) == (APRIL, {"SG": {"review_opens": 1, "cycle_date": 1}})
    world.now(APRIL + timedelta(days=1))
    overdue = world.programme.picture().stops[-1]
    assert (overdue.on, overdue.due) == (APRIL + timedelta(days=1), coming.due)


def test_a_resident_tells_since_when_what_comes_and_what_holds_it(world: World) -> None:
    """A listed path has its local date, its next timer, and each unmet guard by arrow."""
    path = world.candidate("s1", cards=2)
    picture = world.programme.picture()
    found = resident(picture, path)
    assert (found.subject, found.country, found.since) == ("s1", "SG", date(2020, 3, 2))
    assert (found.next_timer, found.next_on) == ("cycle_date", APRIL)
    award = next(arrow for arrow in picture.chart.arrows if arrow.trigger == "award")
    held = [held.verdict for held in found.held if held.arrow == award.id]
    assert [(verdict.name, verdict.measured) for verdict in held] == [
        ("quorum", "2 reviewers from 2 teams")
    ]


def test_a_story_tells_each_refusal_and_its_reason(world: World) -> None:
    """A path's scenes are its journal; where it was refused, the unmet guards are told."""
    path = world.renewing("s1", cards=2)
    world.go(DUE)
    story = world.programme.picture().stories[path]
    assert [scene.trigger for scene in story] == [
        *("nominate", "open_review", "award", "fall_due"),
        None,
    ]
    assert story[-1].arrow is None
    assert "quorum" in {verdict.name for verdict in story[-1].unmet}
    assert story[2].unmet == ()
    assert str(story[2].at) == "2020-04-01 00:00:00+08:00"


def test_few_are_listed_and_whoever_is_asked_for(world: World) -> None:
    """Of each state and country so many are listed at most; the figures count everybody."""
    paths = [world.nominate(f"s{number}") for number in (1, 2, 3)]
    picture = world.programme.picture(limit=1, names=["s1"])
    assert {each.path for each in picture.residents} == {paths[0], paths[2]}
    assert picture.chart.nodes[0].count == 3


def test_a_name_of_another_lifecycle_is_not_found(world: World) -> None:
    """A seller without a path of the lifecycle has no place in its picture."""
    world.facts("s1")
    world.programme.invite_trainer("s1", actor=EMPLOYEE, shown=("teaching", "speaking"))
    with pytest.raises(NotFoundError, match="no award path 's1'"):
        world.programme.picture(names=["s1"])
    assert world.programme.picture("trainer", names=["s1"]).residents


def test_without_paths_there_is_now_alone(world: World) -> None:
    """An empty programme has one stop, and its document is plain JSON values."""
    picture = world.programme.picture("entry")
    assert [stop.kind for stop in picture.stops][:1] == ["now"]
    assert picture_to_json(picture)["residents"] == []
