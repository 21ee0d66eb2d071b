"""Reports of a rehearsal: a page, a sheet and a document that say the same, in ids alone."""

from __future__ import annotations

import csv
import json
import re
from collections import Counter
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING, Any, Final

import pytest
from typer.testing import CliRunner

from lazsa_flow import Actor, Config, InputError, Programme, VirtualClock
from lazsa_flow.award.cli.app import app
from lazsa_flow.foresight.report.counts import count_under_others
from tests.factories import CYCLE, facts, midnight, record_facts, utc
from tests.json_page import json_keys, json_section

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from lazsa_flow.foresight.rehearsal import Rehearsal

CANARY: Final = "canary-statement-7f3a"
NOW: Final = utc(2026, 6, 1, 4)


@pytest.fixture(scope="module")
def programme(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Programme]:
    """Return a programme with nominees whom different things keep from the award."""
    url, clock = f"sqlite:///{tmp_path_factory.mktemp('report')}/a.db", VirtualClock(NOW)
    config, fresh = Config.load(), date(2026, 5, 25)
    sellers = (
        facts(seller="fine", as_of=fresh),
        facts(seller="poor", as_of=fresh, gmv_rate=Decimal("0.10")),
        facts(seller="young", as_of=fresh, joined_on=date(2026, 3, 1)),
        facts(seller="<b>far", as_of=fresh, country="TH"),
    )
    Programme.migrate(url, config=config, clock=clock)
    with Programme.open(url, config=config, clock=clock) as opened:
        record_facts(opened, sellers)
        for each in sellers:
            opened.nominate(each.seller, actor=Actor("employee", "e-1"), statement=CANARY)
        yield opened


@pytest.fixture(scope="module")
def rehearsed(programme: Programme) -> Rehearsal:
    """Return what the cycle date brings if figures hold and the panel approves."""
    return programme.rehearse(on=CYCLE, facts="held", panel="approves")


def test_every_report_counts_each_path_once(
    programme: Programme, rehearsed: Rehearsal, tmp_path: Path
) -> None:
    """Rows of the sheet, sums of the page, the document and the ledger of that night agree."""
    for name in ("a.html", "a.csv", "a.json"):
        rehearsed.write_report(tmp_path / name)
        assert (tmp_path / name).stat().st_mode & 0o777 == 0o600
    with (tmp_path / "a.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    document = json.loads((tmp_path / "a.json").read_text("utf-8"))
    page = (tmp_path / "a.html").read_text("utf-8")
    assert document == rehearsed.document()
    for key in ("path", "subject", "country", "class", "outcome", "before", "state"):
        assert [row[key] for row in rows] == [each[key] for each in document["outcomes"]]
    outcomes = Counter(row["outcome"] for row in rows)
    assert outcomes == {"award": 2, "decline": 2}
    assert '<tr><th scope="row">Total</th><td>2</td><td>2</td><td>4</td></tr>' in page
    assert (
        'aria-label="Flows: 2 from under_review to award; 2 from under_review to decline"' in page
    )
    poor = next(row for row in rows if row["subject"] == "poor")
    assert (poor["guards"], poor["class"]) == ("gmv", "depends on facts")
    assert "gmv -0.10" in poor["margin"]
    clock: Any = programme.clock
    due = {each.country: each.due for each in _run_night(programme, clock)}
    assert due == Counter(row["country"] for row in rows)


def test_the_document_has_the_keys_of_the_page(rehearsed: Rehearsal) -> None:
    """The page on JSON names each key of a rehearsal and of its outcomes, and no other."""
    of_all, of_each = json_section("Rehearsals").split("Each of `outcomes`:")
    document = rehearsed.document()
    assert json_keys(of_all) == set(document)
    assert json_keys(of_each) == set().union(*document["outcomes"])
    assert any(each["shortfalls"] for each in document["outcomes"])
    for each in document["outcomes"]:
        for shortfall in each["shortfalls"]:
            assert set(shortfall) <= {"guard", "measured", "margin", "until"}


def _run_night(programme: Programme, clock: VirtualClock) -> list[Any]:
    """Sweep up to the cycle date; return the books of that date that had anything due."""
    while (at := programme.next_due()) is not None and at <= midnight(CYCLE, "TH"):
        clock.move_to(at)
        programme.sweep()
    return [each for each in programme.ledger() if each.on == CYCLE and each.due]


def test_each_report_says_what_is_assumed(rehearsed: Rehearsal, tmp_path: Path) -> None:
    """Page, sheet and document name the conditions."""
    for name in ("a.html", "a.csv", "a.json"):
        rehearsed.write_report(tmp_path / name)
        text = (tmp_path / name).read_text("utf-8").replace("&#x27;", "'")
        for sentence in rehearsed.assumed:
            assert sentence in text
    assert len(rehearsed.assumed) == 2


def test_a_report_has_ids_alone_and_asks_no_network(rehearsed: Rehearsal, tmp_path: Path) -> None:
    """No statement is in any of them, ids are escaped, and the page names no address."""
    for name in ("a.html", "a.csv", "a.json"):
        rehearsed.write_report(tmp_path / name)
        assert CANARY not in (tmp_path / name).read_text("utf-8")
    page = (tmp_path / "a.html").read_text("utf-8")
    assert "<b>" not in page
    assert not re.search(r"https?:|src=|href=|<script|url\(", page)
    assert "default-src 'none'" in page


def test_what_it_would_be_instead_adds_up(rehearsed: Rehearsal) -> None:
    """Under every other assumption each path has one outcome."""
    counted = count_under_others(rehearsed)
    assert {name for name, _ in counted.rows} >= {"as-recorded", "facts=held, panel=refuses"}
    assert {sum(figures) for _, figures in counted.rows} == {len(rehearsed.outcomes)}


def test_a_file_of_another_kind_is_refused(rehearsed: Rehearsal, tmp_path: Path) -> None:
    """A name that ends otherwise is named before anything is rehearsed."""
    with pytest.raises(InputError, match=r"that ends with \.html, \.csv, \.json"):
        rehearsed.write_report(tmp_path / "a.xls")
    arguments = ["rehearse", "--on", "2026-10-01", "--report", "a.xls"]
    result = CliRunner().invoke(app, [*arguments, "--database", f"sqlite:///{tmp_path}/no.db"])
    assert isinstance(result.exception, InputError)


def test_a_date_without_anything_due_is_said(programme: Programme, tmp_path: Path) -> None:
    """The report of an empty date is a page, too."""
    file = tmp_path / "empty.html"
    programme.rehearse(on=date(2027, 4, 1), country="VN").write_report(file)
    assert "Nothing is due on 2027-04-01." in file.read_text("utf-8")
