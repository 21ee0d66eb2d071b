"""What an announcement may say, and who gets it (programme.md, "The year between")."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from lazsa_flow.award.announcement import AnnouncementText, audience_at, audiences_of
from lazsa_flow.errors import InputError
from lazsa_flow.lifecycle.stored_recipients import recipient_class
from tests.factories import midnight, path, span

APRIL = date(2026, 4, 1)


def test_a_text_is_tidied() -> None:
    """Line ends and outer spaces are made one form; joiners that scripts need stay."""
    said = AnnouncementText(" News ", "One.\r\n\r\n- Two\u200d.\n", "https://example.com/a")
    assert (said.title, said.text) == ("News", "One.\n\n- Two\u200d.")
    assert AnnouncementText("News", "See https://example.com: note this.").link is None


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("title", None),
        ("title", " "),
        ("title", "a\tb"),
        ("title", "a\u202eb"),
        ("text", 7),
        ("text", "a\0b"),
        ("text", "ftp://example.com"),
        ("text", "javascript:x"),
        ("link", 7),
        ("link", "https://[broken"),
        ("link", "https://example.com:0/"),
        ("link", "https://user@example.com/"),
        ("link", "https://münchen.example/"),
        ("link", "https://example.com/" + "x" * 2000),
    ],
)
def test_what_cannot_be_sent_is_refused_by_field(field: str, value: Any) -> None:
    """The error names the field and how long it is, and shows nothing of it."""
    given: dict[str, Any] = {"title": "News", "text": "There is news.", "link": None, field: value}
    with pytest.raises(InputError) as refused:
        AnnouncementText(**given)
    (problem,) = refused.value.problems
    assert problem.field == field
    assert "example" not in str(refused.value).replace("https://example.com/page", "")


def test_the_perk_decides_who_gets_it() -> None:
    """A sitting ambassador comes before a member; whoever has neither gets nothing."""
    at = midnight(APRIL)
    sitting = path("awarded", periods={"award": (span(APRIL),)})
    member = path("reconnect", id=2, periods={"membership": (span(APRIL),)})
    campaign = audiences_of("both", "campaign")
    assert audience_at([member, sitting], campaign, at) == ("ambassadors", sitting)
    assert audience_at([member], campaign, at) == ("members", member)
    assert audience_at([member], audiences_of("both", "event"), at) is None
    assert audience_at([path("nominated")], campaign, at) is None
    assert audiences_of("members", "product_update") == {}
    for wrong in (("all", "event"), ("both", "gossip")):
        with pytest.raises(InputError):
            audiences_of(*wrong)


def test_the_class_of_a_recipient() -> None:
    """Persons are of the class that routes name; roles are their own."""
    classes = {
        "seller": "seller",
        "incomplete_nominators": "nominators",
        "reviewer:r-1": "reviewers",
        "employee:e-1": "nominators",
    }
    assert {each: recipient_class(each) for each in classes} == classes
