"""The outcomes of a saved rehearsal are read as they were sealed, or not at all."""

from __future__ import annotations

import hashlib

import pytest

from lazsa_flow.engine.sealed_outcomes import SealedOutcome, digest_of_text, read_outcomes
from lazsa_flow.errors import MalformedError

TEXT = """{
  "award-1": ["SG", "certain", "award", "awarded"],
  "award-2": ["TH", "panel", "parked", "under_review"]
}"""


def test_each_path_has_its_sealed_outcome() -> None:
    """Country, class, outcome and state are read by path, in the order in which they stand."""
    assert read_outcomes(TEXT) == {
        "award-1": SealedOutcome(country="SG", class_="certain", outcome="award", state="awarded"),
        "award-2": SealedOutcome(
            country="TH", class_="panel", outcome="parked", state="under_review"
        ),
    }
    assert read_outcomes("{}") == {}


def test_what_was_read_does_not_change() -> None:
    """Nobody who was handed the outcomes can write to them."""
    with pytest.raises(TypeError):
        read_outcomes(TEXT)["award-1"] = None  # type: ignore[index]


@pytest.mark.parametrize(
    "damaged",
    [
        "",
        TEXT[:-1],
        "[]",
        "null",
        '{"award-1": 1}',
        '{"award-1": null}',
        '{"award-1": ["SG", "certain", "award"]}',
        '{"award-1": ["SG", "certain", "award", "awarded", "more"]}',
        TEXT.replace('"parked", ', ""),
    ],
)
def test_damaged_outcomes_are_never_half_read(damaged: str) -> None:
    """The error names what is damaged, and shows nothing of it."""
    with pytest.raises(MalformedError) as raised:
        read_outcomes(damaged)
    assert "outcomes of a saved rehearsal" in str(raised.value)
    assert "award-1" not in str(raised.value)


def test_the_digest_is_of_every_character() -> None:
    """It is the SHA-256 of the text in UTF-8, so that any program can check it."""
    accented = TEXT.replace("TH", "\u00c5")
    assert digest_of_text(accented) == hashlib.sha256(accented.encode("utf-8")).hexdigest()
    known = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
    assert digest_of_text("") == known
    assert len({digest_of_text(text) for text in (TEXT, TEXT + " ", TEXT[1:])}) == 3
