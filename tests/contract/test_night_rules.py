"""That no cycle date starts by itself is kept in the database, and holds for every process."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
import sqlalchemy as sa

from lazsa_flow import Actor, Config, PausedError
from lazsa_flow.award.programme import Programme
from lazsa_flow.notices.settings import Deployment, NightSettings
from lazsa_flow.store import schema
from lazsa_flow.store.connect import read_only_url
from tests.contract.test_started_nights import (
    SINGAPORE,
    THAILAND,
    go_to_night,
    nominated,
    untouched,
)
from tests.factories import CYCLE

if TYPE_CHECKING:
    from tests.contract.conftest import Play


def url_of(programme: Programme) -> str:
    """Return the URL of a programme's database."""
    return programme._runtime.store._engine.url.render_as_string(hide_password=False)


def saying(*, approval: bool | None) -> Config:
    """Return the configuration that ships, with what it says of nights."""
    night = NightSettings(approval=approval)
    return replace(Config.load(), deployment=Deployment(night=night))


def open_saying(programme: Programme, *, approval: bool | None, url: str | None = None) -> None:
    """Open the database of a programme once by a configuration, and close it."""
    config, clock = saying(approval=approval), programme.clock
    Programme.open(url or url_of(programme), config=config, clock=clock, via="host").close()


def rules_of(programme: Programme) -> list[tuple[bool, str]]:
    """Return what was recorded of whether cycle dates wait, oldest first."""
    table = schema.night_rules
    query = sa.select(table.c.required, table.c.via).order_by(table.c.id)
    with programme._runtime.store._read() as connection:
        return [tuple(row) for row in connection.execute(query)]


def test_what_one_process_requires_holds_for_every_other(play: Play) -> None:
    """Neither a sweep nor a command of a process without the setting starts a date."""
    programme = nominated(play)
    open_saying(programme, approval=True)
    go_to_night(programme)
    with Programme.open(url_of(programme), clock=programme.clock) as other:
        assert other.sweep().total == 0
        assert other.next_due() is None
        seller = SINGAPORE[0]
        path, withdraws = other.find(seller), Actor("seller", seller)
        with pytest.raises(PausedError, match="cycle 2026-10-01 waits for approval and start"):
            other.fire(path.ref, "withdraw", actor=withdraws)
        with other._runtime.store._engine.connect() as connection, connection.begin():
            assert other.bind(connection).sweep().total == 0
        [waiting] = other.waiting_dates()
        assert waiting.countries == ("SG", "TH")
        assert untouched(other, "SG") == len(SINGAPORE)
        open_saying(programme, approval=None)
        assert rules_of(programme) == [(True, "host")]
        open_saying(programme, approval=False)
        assert other.sweep().moved == len(SINGAPORE) + len(THAILAND)


def test_only_what_changes_is_recorded(play: Play, dialect: str) -> None:
    """One row for each change of what holds; none where it holds already, or one only reads."""
    programme = play()
    open_saying(programme, approval=False)
    if dialect == "sqlite":
        open_saying(programme, approval=True, url=read_only_url(url_of(programme)))
    assert rules_of(programme) == []
    for approval in (True, True, None, False, False, True):
        open_saying(programme, approval=approval)
    assert rules_of(programme) == [(True, "host"), (False, "host"), (True, "host")]
    Programme.migrate(url_of(programme), config=saying(approval=False), clock=programme.clock)
    assert rules_of(programme)[3:] == [(False, "migrate")]


def test_a_rehearsal_is_not_held(play: Play) -> None:
    """What is rehearsed fires in a scratch copy, whatever the source and the configuration say."""
    programme = nominated(play)
    free = programme.rehearse(on=CYCLE)
    config = saying(approval=True)
    with Programme.open(url_of(programme), config=config, clock=programme.clock) as other:
        assert other.rehearse(on=CYCLE).outcomes == free.outcomes
    assert len(free.outcomes) == len(SINGAPORE) + len(THAILAND)
