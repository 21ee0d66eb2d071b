"""What a rehearsal foretells stands next to the past on a lifecycle's page, and says so."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import date
from typing import TYPE_CHECKING, Any, Final

import pytest
from starlette.testclient import TestClient
from typer.testing import CliRunner

from lazsa_flow import Actor, InputError, NotFoundError, Programme, VirtualClock
from lazsa_flow.award.cli.app import app
from lazsa_flow.foresight.foreseen_moves import show_foreseen
from lazsa_flow.graph.timeline import picture_to_json
from lazsa_flow.viewer import viewer
from tests.chaos.population import fill_backlog
from tests.factories import utc

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from lazsa_flow.graph.timeline import Picture

NOW: Final = utc(2021, 1, 1, 4)
"""Six sellers sit; six were declined, the last of them on 1 October 2020."""
ON: Final = date(2021, 4, 1)
OPERATOR: Final = Actor("operator", "o-1")


@pytest.fixture(scope="module")
def programme(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Programme]:
    """Twelve sellers, and a saved rehearsal of the date on which six terms end."""
    url = f"sqlite:///{tmp_path_factory.mktemp('foreseen')}/a.db"
    fill_backlog(url, 12)
    with Programme.open(url, clock=VirtualClock(NOW)) as opened:
        opened.sweep()
        opened.save_rehearsal("april", actor=OPERATOR, on=ON)
        yield opened


@pytest.fixture(scope="module")
def report(programme: Programme, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The same rehearsal as a report."""
    file = tmp_path_factory.mktemp("report") / "april.json"
    programme.rehearse(on=ON).write_report(file)
    return file


def foreseen_of(picture: Picture) -> dict[str, int]:
    """Return what the foreseen stop says, in all countries, by trigger."""
    arrows = {each.id: each.trigger for each in picture.chart.arrows}
    [stop] = [each for each in picture.stops if each.kind == "foreseen"]
    found: dict[str, int] = {}
    for flows in stop.flows.values():
        for arrow, times in flows.items():
            found[arrows[arrow]] = found.get(arrows[arrow], 0) + times
    return found


def changed(report: Path, **fields: object) -> Path:
    """Return a report with other fields of its first outcome."""
    document = json.loads(report.read_text("utf-8"))
    document["outcomes"][0] |= fields
    file = report.with_name("changed.json")
    file.write_text(json.dumps(document), "utf-8")
    return file


def test_a_report_and_a_saved_rehearsal_show_the_same(programme: Programme, report: Path) -> None:
    """The figures are those of the outcomes; the stop stands between now and what is due."""
    picture = programme.picture()
    by_name, by_file = (show_foreseen(programme, picture, each) for each in ("april", str(report)))
    outcomes = [each.outcome for each in programme.rehearse(on=ON).outcomes]
    foreseen = foreseen_of(by_file)
    assert foreseen == foreseen_of(by_name)
    assert foreseen == {name: outcomes.count(name) for name in set(outcomes) if name != "refused"}
    stays = sum(sum(each.values()) for each in by_file.foreseen["stays"].values())
    assert stays + sum(foreseen.values()) == len(outcomes) == 6
    kinds = [each.kind for each in by_file.stops]
    assert kinds[kinds.index("foreseen") - 1] == "now"
    assert by_file.foreseen["source"] == "april.json"
    assert picture_to_json(by_name)["foreseen"]["asked_at"] == "2021-01-01T04:00:00+00:00"
    assert "foreseen" not in picture_to_json(picture)


def test_what_may_no_longer_hold_is_said(
    programme: Programme, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A date that is past, and a saved rehearsal that is stale, name their doubts."""
    later = replace(programme.picture(), asked_at=utc(2021, 5, 1))
    assert show_foreseen(programme, later, "april").foreseen["doubts"] == (
        "the date is past: 2021-04-01",
    )
    reasons = "lazsa_flow.foresight.rehearsal_records.list_reasons"
    monkeypatch.setattr(reasons, lambda *_: ("another policy was released",))
    doubts = show_foreseen(programme, programme.picture(), "april").foreseen["doubts"]
    assert doubts == ("another policy was released",)


@pytest.mark.parametrize(
    ("fields", "named"),
    [
        ({"outcome": "promote"}, "promote from"),
        ({"state": "nowhere"}, "to nowhere"),
        ({"before": "nominated"}, "from nominated"),
        ({"before": 7}, "a report of lazsa-flow rehearse as JSON"),
    ],
)
def test_what_the_table_has_not_is_refused(
    programme: Programme, report: Path, fields: dict[str, Any], named: str
) -> None:
    """A move that the clock does not make names the path; what is no report says so."""
    with pytest.raises(InputError, match=named):
        show_foreseen(programme, programme.picture(), str(changed(report, **fields)))


def test_what_cannot_be_shown_is_refused_by_every_command(
    programme: Programme, report: Path, tmp_path: Path
) -> None:
    """No such rehearsal, no such file, another file, no page and no database."""
    picture = programme.picture()
    with pytest.raises(NotFoundError, match="may"):
        show_foreseen(programme, picture, "may")
    with pytest.raises(InputError, match=r"none\.json"):
        show_foreseen(programme, picture, str(tmp_path / "none.json"))
    (tmp_path / "other.json").write_text("[]")
    with pytest.raises(InputError, match="a report of lazsa-flow rehearse"):
        show_foreseen(programme, picture, str(tmp_path / "other.json"))
    url = programme._runtime.store._engine.url.render_as_string()
    database = ["--database", url, "--now", "2021-01-01T04:00:00Z"]
    html = ["graph", "award", "--format", "html", *database, "-o", str(tmp_path / "p.html")]
    shown = CliRunner().invoke(app, [*html, "--rehearsal", str(report)])
    assert shown.exit_code == 0, shown.output
    assert '"kind":"foreseen"' in (tmp_path / "p.html").read_text("utf-8")
    for words, named in (
        ([*html, "--rehearsal", "may"], "may"),
        (["graph", "award", *database, "--rehearsal", "april"], "--format html"),
        (["graph", "award", "--format", "html", "--rehearsal", "april"], "--database too"),
        (["view", *database, "--rehearsal", "may"], "may"),
        (["view", *database, "--database", f"b={url}", "--rehearsal", "april"], "one database"),
    ):
        result = CliRunner().invoke(app, words)
        assert result.exit_code != 0
        assert named in str(result.exception), words


def test_the_viewer_shows_it_on_every_lifecycle(programme: Programme) -> None:
    """The live page and its figures have the foreseen stop; another lifecycle foresees nothing."""
    shown = viewer(programme, authenticate=lambda _: True, rehearsal="april")
    with TestClient(shown) as client:
        assert '"kind":"foreseen"' in client.get("/lifecycle/award").text
        figures = client.get("/lifecycle/award/picture.json").json()
        assert figures["foreseen"]["source"] == "april"
        other = client.get("/lifecycle/trainer/picture.json").json()
        assert [each["flows"] for each in other["stops"] if each["kind"] == "foreseen"] == [{}]
