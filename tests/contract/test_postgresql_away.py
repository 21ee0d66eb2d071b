"""What is told of a PostgreSQL that is not there?"""

from __future__ import annotations

import pytest

from lazsa_flow.errors import UnavailableError
from lazsa_flow.store.sqlstore import SqlStore
from tests.servers import free_port


def test_a_look_at_a_database_that_is_away_is_told_in_our_words() -> None:
    """Who only looks gets the same error as who writes: workers and tickers wait and look again."""
    store = SqlStore(f"postgresql://lazsa@127.0.0.1:{free_port()}/lazsa")
    for look in (store.next_due, store.stand, store.policies):
        with pytest.raises(UnavailableError):
            look()
    for opening in (store.leading(), store.begin(write=False)):
        with pytest.raises(UnavailableError), opening:
            pass
