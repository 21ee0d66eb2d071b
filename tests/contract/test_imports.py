"""Imports on every store: each row is taken, already there or refused, and each import recorded.

Source: programme.md, "Who and where" and "Criteria".
"""

from __future__ import annotations

import csv
import hashlib
from dataclasses import replace
from datetime import date, timedelta
from functools import partial
from typing import TYPE_CHECKING, Any

import pytest
import sqlalchemy as sa

from lazsa_flow import ITEMS, Programme
from lazsa_flow.award.commands.nomination_group import Nominated, NominationGroup, read_group
from lazsa_flow.award.imports.facts import fields_of
from lazsa_flow.award.imports.formats import FORMATS
from lazsa_flow.award.store import schema as award_tables
from lazsa_flow.errors import ConflictError, InputError, KeyReusedError, NotAllowedError
from lazsa_flow.lifecycle.model import Actor
from lazsa_flow.store import schema
from tests.factories import facts, utc

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path


OPERATOR = Actor("operator", "ops-1")
NOMINATIONS = ("seller_id", "source", "nominator_id", "statement")
CONTACTS = ("seller_id", "email", "locale", "name")
SOUND = replace(facts(), as_of=date(2026, 5, 31))
CARDS = ("seller_id", "reviewer_id", "team", *ITEMS, "comment", "recusal_reason")


@pytest.fixture
def programme(play: Callable[..., Programme]) -> Programme:
    """Return a programme at noon of 1 June 2026."""
    return play()


@pytest.fixture
def written(tmp_path: Path) -> Callable[..., Path]:
    """Return what writes a file of rows."""

    def write(header: tuple[str, ...], *rows: tuple[str, ...]) -> Path:
        file = tmp_path / "import.csv"
        with file.open("w", encoding="utf-8", newline="") as stream:
            csv.writer(stream).writerows((header, *rows))
        return file

    return write


def facts_file(write: Callable[..., Path], *rows: Any) -> Path:
    """Write a file of facts."""
    return write(FORMATS["facts"].header, *(tuple(fields_of(each).values()) for each in rows))


def batches_of(programme: Programme, table: sa.Table) -> list[int | None]:
    """Return the numbers of the imports that the rows of a table name."""
    with programme._runtime.store.begin(write=False) as transaction:
        query = sa.select(table.c.batch_id).order_by(table.c.id)
        return list(transaction._connection.scalars(query))


def test_parser_and_programme_tell_their_faults_together(
    programme: Programme, written: Callable[..., Path], tmp_path: Path
) -> None:
    """All of them in one run, by line and field; nothing is taken; rejects can be mended."""
    programme.record_facts([SOUND])
    rows = [("seller-1", "boss", "e-1", "x"), ("seller-1", "employee", "e-1", "x")]
    rows += [(f"nobody-{n}", "employee", "e-1", "x") for n in range(25)]
    file, rejects = written(NOMINATIONS, *rows), tmp_path / "rejects.csv"
    with pytest.raises(InputError) as caught:
        programme.import_nominations(file)
    told = str(caught.value).splitlines()
    assert len(told) == 20
    assert "import.csv:2: source: got 'boss'" in told[0]
    assert "import.csv:4: seller_id: got 'nobody-0'" in told[1]
    with pytest.raises(InputError, match="6 more problems"):
        programme.import_nominations(file, rejects=rejects)
    with rejects.open(encoding="utf-8", newline="") as stream:
        refused = list(csv.DictReader(stream))
    assert [row["line"] for row in refused] == ["2", *map(str, range(4, 29))]
    assert refused[1]["seller_id"] == "nobody-0"
    assert "no seller 'nobody-0'" in refused[1]["problem"]
    assert rejects.stat().st_mode & 0o077 == 0
    assert programme.paths("seller-1") == []
    mended = rejects.read_text("utf-8").splitlines()[:2]
    rejects.write_text("\n".join(mended).replace("boss", "employee") + "\n", "utf-8")
    assert programme.import_nominations(rejects) == 1


def test_good_rows_alone_on_request(programme: Programme, written: Callable[..., Path]) -> None:
    """``partial`` takes them and counts the others, of which not half a row is left."""
    programme.record_facts([SOUND, replace(SOUND, seller="seller-2")])
    rows = [
        ("seller-1", "employee", "e-1", "x"),
        ("nobody", "employee", "e-1", "x"),
        ("seller-2", "ambassador", "seller-1", "x"),
        ("seller-2", "employee", "e-1", "x"),
    ]
    file = written(NOMINATIONS, *rows)
    tried = programme.import_nominations(file, partial=True, dry_run=True)
    assert (tried, tried.refused, tried.batch) == (2, 2, None)
    assert programme.paths("seller-1") == []
    done = programme.import_nominations(file, partial=True)
    assert (done, done.refused, done.already_there) == (2, 2, 0)
    again = programme.import_nominations(file, partial=True)
    assert (again, again.refused, again.already_there) == (0, 2, 2)
    assert batches_of(programme, award_tables.nominations) == [done.batch] * 2


def test_rows_that_are_recorded_are_already_there(
    programme: Programme, written: Callable[..., Path]
) -> None:
    """Yesterday's file with one row more is taken; a correction, and its correction, are rows."""
    assert programme.import_facts(facts_file(written, SOUND)).new_sellers == 1
    more = facts_file(written, SOUND, replace(SOUND, seller="seller-2", country="TH"))
    done = programme.import_facts(more)
    assert (done, done.already_there, done.new_sellers, done.known_sellers) == (1, 1, 1, 1)
    for points in (3, 0):
        corrected = facts_file(written, replace(SOUND, ncp_points=points))
        assert programme.import_facts(corrected) == 1
    moved = programme.import_facts(facts_file(written, replace(SOUND, country="MY")))
    assert (moved, moved.other_country) == (1, ("seller-1",))
    contacts = written(CONTACTS, ("seller-1", "info@münchen.example", "", ""))
    assert (programme.import_contacts(contacts), programme.import_contacts(contacts)) == (1, 0)
    statements = ("", "Two\n\nparagraphs.", "Two\n\nparagraphs.", "")
    taken = [
        int(
            programme.import_nominations(
                written(NOMINATIONS, ("seller-1", "employee", "e-1", text))
            )
        )
        for text in statements
    ]
    assert taken == [1, 1, 0, 0]


def test_cards_are_already_there(programme: Programme, written: Callable[..., Path]) -> None:
    """A card with a score of 0 and a recusal count once; another comment is another card."""
    programme.record_facts([SOUND])
    programme.nominate("seller-1", actor=Actor("employee", "e-1"), statement="x")
    seats = {"r-1": "care", "r-2": "law"}
    programme.assign_reviewers(
        "SG", date(2026, 10, 1), seats, actor=Actor("team", "sg", "SG"), key="seats"
    )
    programme.clock.move_to(programme.clock.now() + timedelta(days=100))  # type: ignore[attr-defined]
    scores = ("0",) * len(ITEMS)
    rows = [
        ("seller-1", "r-1", "care", *scores, "As seen.", ""),
        ("seller-1", "r-2", "law", *("",) * len(ITEMS), "", "same_family"),
    ]
    first, again = (programme.import_scorecards(written(CARDS, *rows)) for _ in range(2))
    assert (first, again, again.already_there) == (2, 0, 2)
    rows[0] = (*rows[0][:-2], "As I saw it.", "")
    assert programme.import_scorecards(written(CARDS, *rows)) == 1
    recused = ("seller-1", "r-1", "care", *("",) * len(ITEMS), "", "same_family")
    assert programme.import_scorecards(written(CARDS, recused)) == 1
    again = programme.import_scorecards(written(CARDS, *rows))
    assert (again, again.already_there) == (0, 2)


def test_days_to_come_are_refused(programme: Programme, written: Callable[..., Path]) -> None:
    """By the seller's own country: at noon UTC+8 it is 1 June everywhere (Criteria)."""
    for rows in (
        [replace(SOUND, as_of=date(2026, 6, 2))],
        [replace(SOUND, as_of=date(2062, 1, 1))],
    ):
        calls: tuple[Callable[[], Any], ...] = (
            partial(programme.record_facts, rows),
            partial(programme.import_facts, facts_file(written, *rows)),
        )
        for call in calls:
            with pytest.raises(InputError, match=r"as_of: got .*not after today, 2026-06-01 in SG"):
                call()
    assert programme.record_facts([replace(SOUND, as_of=date(2026, 6, 1))]) == 1
    programme.record_facts([replace(SOUND, seller="seller-2", country="TH")])
    programme.clock.move_to(utc(2026, 6, 1, 16, 30))  # type: ignore[attr-defined]
    with pytest.raises(InputError, match="2026-06-01 in TH"):  # where the row says SG
        programme.record_facts([replace(SOUND, seller="seller-2", as_of=date(2026, 6, 2))])
    assert programme.record_facts([replace(SOUND, as_of=date(2026, 6, 2))]) == 1


def test_ids_that_a_spreadsheet_has_changed(programme: Programme) -> None:
    """Scientific notation, and zeros that are missing from an id that is known, are named."""
    ids = ("0073928", "42")
    programme.record_facts([replace(SOUND, seller=each) for each in ids])
    told = [replace(SOUND, seller=each) for each in ("73928", "7.3928E+10", "7e5", "42", "E12")]
    done = programme.record_facts(told)
    assert set(done.suspect_ids) == {"73928", "7.3928E+10", "7e5"}
    assert (done.new_sellers, done.known_sellers) == (4, 1)


def test_each_import_is_recorded(programme: Programme, written: Callable[..., Path]) -> None:
    """Who, through what, which file and its digest; every row of evidence names its import."""
    file = facts_file(written, SOUND)
    by_file = programme.import_facts(file, actor=OPERATOR)
    by_call = programme.record_facts([replace(SOUND, ncp_points=1)])
    latest, first = programme.imports()
    assert (first.id, first.kind, first.actor) == (by_file.batch, "facts", "operator:ops-1")
    assert (first.file, first.via) == ("import.csv", "library")
    assert first.sha256 == hashlib.sha256(file.read_bytes()).hexdigest()
    assert first.recorded_at == programme.clock.now()
    assert (latest.id, latest.file, latest.actor) == (by_call.batch, None, "host:host")
    assert programme.imports(limit=1) == [latest]
    assert batches_of(programme, award_tables.facts) == [first.id, latest.id]
    with pytest.raises(NotAllowedError):
        programme.record_facts([SOUND], actor=Actor("seller", "seller-1"))


def test_a_key_is_of_one_import(programme: Programme, written: Callable[..., Path]) -> None:
    """The same again is the first answer; with any argument changed it is an error."""
    file = facts_file(written, SOUND)
    first = programme.import_facts(file, key="k")
    assert programme.import_facts(file, key="k").fields() == first.fields()
    for changed in ({"actor": OPERATOR}, {"partial": True}):
        with pytest.raises(KeyReusedError):
            programme.import_facts(file, key="k", **changed)
    with pytest.raises(KeyReusedError):
        programme.import_facts(facts_file(written, replace(SOUND, ncp_points=2)), key="k")
    done = programme.record_facts([replace(SOUND, ncp_points=4)], key="call")
    assert programme.record_facts([replace(SOUND, ncp_points=4)], key="call").batch == done.batch
    with pytest.raises(KeyReusedError):
        programme.record_facts([replace(SOUND, ncp_points=5)], key="call")


def test_facts_that_are_wrong_are_named(programme: Programme) -> None:
    """What a host hands over is read as a file's rows are; it names their number and field."""
    wrong = [SOUND, replace(SOUND, seller="seller-2", country="XX"), SOUND]
    with pytest.raises(InputError) as caught:
        programme.record_facts(wrong)
    country, twice = str(caught.value).splitlines()
    assert country.startswith("record_facts:2: country: got 'XX'")
    assert twice.startswith("record_facts:3: seller_id: got 'seller-1'")


def test_nobody_waits_while_a_file_is_read(
    programme: Programme, written: Callable[..., Path]
) -> None:
    """While a file is read, as for a dry run of it, others write: here the reader itself does."""
    file = facts_file(written, SOUND)
    others = iter("abcd")

    def write(_rows: int) -> None:
        with Programme.open(programme_url(programme), clock=programme.clock) as other:
            other.record_facts([replace(SOUND, seller=next(others))])

    assert programme.import_facts(file, done=write, dry_run=True) == 1
    assert programme.import_facts(file, done=write) == 1
    nominations = written(NOMINATIONS, ("nobody", "employee", "e-1", "x"))
    with pytest.raises(InputError, match="'nobody'"):
        programme.import_nominations(nominations, done=write)
    assert next(others) == "d"


def programme_url(programme: Programme) -> str:
    """Return the URL of a programme's database."""
    url = programme._runtime.store._engine.url.render_as_string(hide_password=False)
    return f"{url}?lock_timeout=1" if "?" not in url else f"{url}&lock_timeout=1"


@pytest.mark.parametrize("form", FORMATS.values(), ids=FORMATS)
def test_every_example_is_valid(
    programme: Programme, tmp_path: Path, form: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """``--example`` prints a file whose every row can be read."""
    monkeypatch.setenv("LAZSA_SECRET", "one-secret-for-the-tests")
    file = tmp_path / "example.csv"
    file.write_text(form.example(), "utf-8")
    rejects = tmp_path / "rejects.csv"
    getattr(programme, f"import_{form.name}")(file, partial=True, rejects=rejects, dry_run=True)
    with rejects.open(encoding="utf-8", newline="") as stream:
        problems = [row["problem"] for row in csv.DictReader(stream)]
    assert all("expected a row that can be taken" in each or "today" in each for each in problems)


def test_rows_of_one_file_see_those_before(
    programme: Programme, written: Callable[..., Path]
) -> None:
    """A support, a completion and a second nomination find what earlier rows have made."""
    programme.record_facts([replace(SOUND, seller=f"seller-{n}") for n in (1, 2, 3)])
    first = [("seller-1", "employee", "e-1", ""), ("seller-2", "employee", "e-1", "x")]
    assert programme.import_nominations(written(NOMINATIONS, *first)) == 2
    rows = [
        ("seller-3", "employee", "e-1", "x"),
        ("seller-1", "employee", "e-1", "now with a statement"),
        ("seller-3", "employee", "e-2", "y"),
        ("seller-2", "employee", "e-1", "x"),
        ("seller-3", "seller", "seller-3", ""),
        ("seller-3", "ambassador", "e-2", "y"),
    ]
    done = programme.import_nominations(written(NOMINATIONS, *rows), partial=True)
    assert (done, done.refused, done.already_there) == (4, 1, 1)
    [path] = programme.paths("seller-3")
    assert (path.ref, path.state) == ("award-3", "nominated")
    with programme._runtime.store.begin(write=False) as transaction:
        made = transaction.nominations_of(path.id)
        [own] = transaction.nominations_of(1)
    told = [(each.id, each.source, each.nominator, each.complete) for each in made]
    assert told == [
        (3, "employee", "e-1", True),
        (5, "employee", "e-2", True),
        (6, "seller", "seller-3", False),
    ]
    assert own.complete


def test_a_place_taken_meanwhile_refuses_its_row_alone(
    programme: Programme, written: Callable[..., Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    """A group that cannot be written whole is taken row by row."""
    sellers = ("seller-1", "seller-2")
    programme.record_facts([replace(SOUND, seller=each) for each in sellers])
    write = NominationGroup.write
    failed: list[int] = []

    def write_or_fail(group: NominationGroup) -> list[Nominated]:
        done = write(group)
        if not failed:
            failed.append(len(done))
            raise ConflictError("seller-1", "has an open path of the lifecycle award")
        return done

    monkeypatch.setattr(NominationGroup, "write", write_or_fail)
    rows = [(each, "employee", "e-1", "x") for each in sellers]
    assert programme.import_nominations(written(NOMINATIONS, *rows)) == 2
    assert failed == [2]
    assert [len(programme.paths(each)) for each in sellers] == [1, 1]


WRITTEN = ("paths", "journal", "timers", "outbox", "slots", "texts", "nominations")
"""The tables that a nomination writes into; one more counts its moves."""


def rows_of(programme: Programme) -> dict[str, list[tuple[str, ...]]]:
    """Return what nominations have written, but for the number of the import."""
    found = {}
    with programme._runtime.store._reading.connect() as connection:
        for name in WRITTEN:
            columns = schema.METADATA.tables[f"lazsa_{name}"].c
            kept = [each for each in columns if each.name != "batch_id"]
            rows = connection.execute(sa.select(*kept))
            found[name] = sorted(tuple(map(str, row)) for row in rows)
    # messages are written behind the paths of their group
    found["outbox"] = sorted(row[1:] for row in found["outbox"])
    return found


def test_an_import_writes_what_single_nominations_write(
    play: Callable[..., Programme], written: Callable[..., Path]
) -> None:
    """Paths that open alike are built together; every row is the same, hash for hash."""
    sellers = [f"seller-{n}" for n in range(1, 13)]
    rows = [(each, "employee", "e-1", "x") for each in sellers[:8]]
    rows += [(each, "employee", "e-2", "") for each in sellers[6:]]
    rows += [("seller-12", "seller", "seller-12", "myself")]
    imported, single = play(), play()
    for programme in (imported, single):
        programme.record_facts([replace(SOUND, seller=each) for each in sellers])
        nominator = Actor("employee", "e-0")
        made = programme.nominate("seller-3", actor=nominator, statement="y")
        programme.withdraw_nomination(made.path, actor=nominator)
    imported.import_nominations(written(NOMINATIONS, *rows))
    for seller, role, by, statement in rows:
        single.nominate(seller, actor=Actor(role, by), statement=statement)
    assert rows_of(imported) == rows_of(single)
    assert imported.verify_journal() == single.verify_journal()


def test_the_seller_whose_place_was_taken_is_named(programme: Programme) -> None:
    """Of paths that were to open together, the one that another has opened meanwhile."""
    sellers = [f"seller-{n}" for n in range(1, 5)]
    programme.record_facts([replace(SOUND, seller=each) for each in sellers])
    context, actor = programme._runtime.context, Actor("employee", "e-1")
    with programme._runtime.store.begin() as transaction:
        group = read_group(context, transaction, sellers, (), programme.clock.now())
        for each in sellers:
            group.add(each, actor, "x")
        first = read_group(context, transaction, sellers[2:3], (), programme.clock.now())
        first.add("seller-3", actor, "x")
        first.write()
        with (
            pytest.raises(ConflictError, match="has an open path") as refused,
            transaction.savepoint(),
        ):
            group.write()
    assert refused.value.subject == "seller-3"
