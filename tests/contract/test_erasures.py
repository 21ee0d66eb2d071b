"""Who was erased is kept as keyed hashes, on either store."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.factories import utc

if TYPE_CHECKING:
    from lazsa_flow.award.store.store import AwardStore

AT = utc(2026, 6, 1)


def test_hashes_are_kept_once_found_and_removed(store: AwardStore) -> None:
    """A hash is kept once for each key, found among others, and removed when its person is back."""
    with store.begin() as transaction:
        for keyed_by, fingerprint in (("k1", "a"), ("k1", "a"), ("k1", "b"), ("k2", "c")):
            transaction.add_erasure(keyed_by, fingerprint, AT)
    with store.begin() as transaction:
        assert transaction.erasure_keys() == {"k1": 2, "k2": 1}
        assert transaction.erased_fingerprints({"a", "c", "x"}) == {"a", "c"}
        assert transaction.remove_erasures(["a", "x"]) == 1
        assert transaction.erased_fingerprints({"a", "b"}) == {"b"}
        assert transaction.erased_fingerprints(()) == set()


def test_it_is_said_what_remains_of_deleted_texts(store: AwardStore, dialect: str) -> None:
    """Each kind of database keeps deleted rows in a way of its own; backups keep them on both."""
    store.clear_log()
    said = store.deleted_texts_remain()
    assert "Backups" in said
    assert ("dead rows until VACUUM" in said) == (dialect == "postgresql")
