"""No personal data reaches a scratch file, a report, a proof, an error or a log, on either store.

Every column that holds free text or a contact holds a canary; every byte that is written is read.
"""

from __future__ import annotations

import json
import logging
import shutil
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import pytest
import sqlalchemy as sa
from typer.testing import CliRunner

from lazsa_flow import Actor, Config, LazsaError, Programme, VirtualClock
from lazsa_flow.award.cli.app import app
from lazsa_flow.award.proof.rules import PROOF_RULES
from lazsa_flow.foresight.proof.journal_proof import prove_journal
from lazsa_flow.foresight.rehearse import Foresight
from lazsa_flow.lifecycle.evidence import EvidenceSource, Selection
from lazsa_flow.lifecycle.guards import Finding
from lazsa_flow.logs import LOGGER
from lazsa_flow.service.part import runtime_of
from lazsa_flow.service.service import FlowService
from lazsa_flow.store import schema
from lazsa_flow.store.columns import METADATA
from lazsa_flow.store.connect import connect
from lazsa_flow.store.scratch import parts
from tests.chaos.population import fill_backlog
from tests.contract.test_verify import tamper, url_of
from tests.factories import noon, utc
from tests.own_evidence import INVOICE, PAYMENTS_TABLE, TOTAL

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

NOW: Final = utc(2021, 1, 1, 4)
ON: Final = date(2021, 4, 1)
AUTUMN: Final = date(2020, 10, 1)
CANARY: Final = "canary-4711"
OPERATOR: Final = Actor("operator", "o-1")
FREE: Final = {
    "lazsa_announcements": ("title", "body", "link"),
    "lazsa_batches": ("file",),
    "lazsa_keys": ("request", "result"),
    "lazsa_outbox": ("error",),
    "lazsa_pauses": ("reason", "lifted_reason"),
    "lazsa_request_ends": ("reason",),
    "lazsa_requests": ("arguments",),
    "lazsa_texts": ("body",),
}
"""By table, the columns in which people write, or of which we are not the author."""


@pytest.fixture
def written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[list[bytes]]:
    """Return the bytes of every scratch file, read before it is removed."""
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    kept: list[bytes] = []
    remove, unlink = shutil.rmtree, Path.unlink

    def look_and_remove(folder: Any, **options: Any) -> None:
        kept.extend(each.read_bytes() for each in Path(folder).rglob("scratch*"))
        remove(folder, **options)

    def look_and_unlink(file: Path, **options: Any) -> None:
        if file.name.startswith("scratch") and file.is_file():
            kept.append(file.read_bytes())
        unlink(file, **options)

    monkeypatch.setattr(shutil, "rmtree", look_and_remove)
    monkeypatch.setattr(Path, "unlink", look_and_unlink)
    yield kept
    monkeypatch.undo()


@pytest.fixture
def programme(make: Callable[[], str]) -> Iterator[Programme]:
    """Six sellers, of whom everything that can be written is a canary."""
    config = Config.load()
    fill_backlog(url := make(), 6)
    with Programme.open(url, config=config, clock=VirtualClock(NOW)) as opened:
        opened.sweep()
        opened.pause(actor=OPERATOR, reason=CANARY, country="VN")
        opened.announce(
            CANARY,
            CANARY,
            audience="both",
            kind="event",
            country="SG",
            actor=Actor("team", "t-1", "SG"),
        )
        texts = "(subject, author, kind, body, path_id, recorded_at)"
        tamper(
            opened,
            *(
                f"INSERT INTO lazsa_texts {texts} SELECT subject, subject, '{kind}', '', id, "
                "recorded_at FROM lazsa_paths"
                for kind in ("contact", "comment", "appeal")
            ),
            *(
                f"UPDATE {table} SET {column} = '{CANARY}-{column}'"
                for table, columns in FREE.items()
                for column in columns
                if table != "lazsa_keys" or column != "result"
            ),
        )
        yield opened


def test_nothing_of_it_is_written_or_told(
    programme: Programme,
    written: list[bytes],
    tmp_path: Path,
    caplog: pytest.LogCaptureFixture,
    capfd: pytest.CaptureFixture[str],
) -> None:
    """Rehearse, compare, save, report, prove and fail: the canaries stay where they are."""
    caplog.set_level(logging.DEBUG, logger=LOGGER.name)
    out = tmp_path / "out"
    out.mkdir()
    told: list[str] = []
    found = programme.rehearse(on=ON, facts="held", panel="approves")
    told += [json.dumps(found.document()), str(found), json.dumps([*map(dict, found.journal)])]
    for suffix in ("html", "csv", "json"):
        found.write_report(out / f"april.{suffix}")
    compared = programme.compare_policies("2020-1", "2020-1", on=ON)
    saved = programme.save_rehearsal("april", on=ON, actor=OPERATOR)
    told += [str(compared), json.dumps(saved.document()), repr(saved)]
    proof = prove_journal(programme, "award", PROOF_RULES["award"])
    told += [str(proof), json.dumps(proof.document())]
    tamper(programme, "UPDATE lazsa_journal SET trigger = 'promote' WHERE path_id = 3 AND seq = 3")
    broken = prove_journal(programme, "award", PROOF_RULES["award"])
    assert not broken.holds
    told += [str(broken), json.dumps(broken.document())]
    for wrong in (date(2021, 4, 2), date(2020, 4, 1)):
        with pytest.raises(LazsaError) as refused:
            programme.rehearse(on=wrong)
        told.append(str(refused.value))
    words = ["--database", url_of(programme)]
    for command in (
        ["rehearse", "--on", "2021-04-01", "--now", "2021-01-01T04:00Z", "--journal", "-"],
        ["prove", "award", "--journal"],
    ):
        result = CliRunner().invoke(app, [*command, *words])
        told += [result.output, str(result.exception)]
    told += [caplog.text, *capfd.readouterr()]
    files = [each.read_bytes() for each in out.iterdir()]
    assert len(written) > 6
    assert len(files) == 3
    for each in (*written, *files, *(text.encode() for text in told)):
        assert CANARY.encode() not in each
    assert CANARY in read_texts(programme)


def read_texts(programme: Programme) -> str:
    """Return the canaries of the source: they are there to be found."""
    engine = connect(url_of(programme))
    with engine.connect() as connection:
        found = connection.execute(sa.select(schema.texts.c.body)).scalars().all()
    engine.dispose()
    return " ".join(found)


def test_a_copied_text_would_be_found(
    programme: Programme, written: list[bytes], monkeypatch: pytest.MonkeyPatch
) -> None:
    """A scratch that copies the texts is found out by the same look."""
    monkeypatch.setattr(parts, "_WHOLE", (*parts._WHOLE, schema.texts))
    programme.rehearse(on=ON)
    assert any(CANARY.encode() in each for each in written)


def test_of_a_hosts_evidence_the_texts_that_are_read_are_copied(
    make: Callable[[], str], written: list[bytes]
) -> None:
    """A column that no source reads is left empty, whoever has made the table."""
    payments: EvidenceSource[int] = EvidenceSource(
        "payments",
        Selection("invoice_payments", ("cents",)),
        fold=lambda rows: sum(row[-1] for row in rows),
        show=lambda paid: paid,
        key=lambda rows: sum(row[-1] for row in rows),
    )
    paid = replace(
        INVOICE.guards["paid"],
        check=lambda context: Finding(context.snapshot[payments] >= TOTAL),
        reads=payments.readable,
    )
    table = replace(
        INVOICE,
        evidence=(payments,),
        guards={"paid": paid},
        instants={"deadline": lambda context: context.calendar.start(AUTUMN)},
    )
    config, clock = Config.load(lifecycles=[table]), VirtualClock(noon(date(2020, 5, 4)))
    FlowService.migrate(url := make(), config=config, clock=clock)
    with FlowService.open(url, config=config, clock=clock) as service:
        path = service.open_path("invoice", "s-1", "SG", actor=Actor("clerk", "c-1")).path
        row = {
            "path_id": int(path[8:]),
            "payer": CANARY,
            "cents": TOTAL,
            "recorded_at": clock.now(),
        }
        engine = connect(url)
        with engine.begin() as connection:
            connection.execute(sa.insert(PAYMENTS_TABLE), row)
        engine.dispose()
        found = Foresight(runtime_of(service)).rehearse(on=AUTUMN)
    assert [each.outcome for each in found.outcomes] == ["settle"]
    assert written
    assert not any(CANARY.encode() in each for each in written)


def test_every_column_that_people_write_is_known() -> None:
    """The canaries stand in columns that there are."""
    tables = {each.name: set(each.c.keys()) for each in METADATA.sorted_tables}
    for table, columns in FREE.items():
        assert set(columns) <= tables[table]
