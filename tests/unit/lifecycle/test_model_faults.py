"""Faults of configuration are told in our words, never in pydantic's."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import pytest

from lazsa_flow.award.policy import AwardPolicy
from lazsa_flow.errors import ConfigError
from lazsa_flow.lifecycle.policy import Country, Policy
from lazsa_flow.lifecycle.toml_text import read
from lazsa_flow.notices.settings import Deployment
from lazsa_flow.notices.webhook import WebhookSettings

if TYPE_CHECKING:
    from pydantic import BaseModel

RAW = re.compile("should|Input|String|Field required|pattern|Value error|instance of")
"""Words of pydantic's."""


@pytest.mark.parametrize(
    ("model", "fields", "field", "expected"),
    [
        (Policy, {"version": "9", "lifecycle": "a"}, "version", "a version such as 2020-1"),
        (Policy, {"lifecycle": "a"}, "version", "a value: the field is required"),
        (Country, {"code": "sg"}, "code", "two capital letters such as SG"),
        (Country, {"mailbox": "x"}, "mailbox", "a mail address such as team@example.com"),
        (Country, {"digest_at": 9}, "digest_at", "a time such as 09:00"),
        (Country, {"locale": "english"}, "locale", "a locale such as en or id-ID"),
        (Country, {"suspended": "x"}, "suspended", "a list"),
        (Country, {"name": ""}, "name", "a text of 1 or more characters"),
        (AwardPolicy, {"renewal": 3}, "renewal", "a table"),
        (AwardPolicy, {"criteria": {"ncp_points": "x"}}, "criteria.ncp_points", "a whole number"),
        (WebhookSettings, {"url": "ftp://x"}, "url", "an address that begins with https://"),
    ],
)
def test_a_fault_is_told_in_our_words(
    model: type[BaseModel], fields: dict[str, Any], field: str, expected: str
) -> None:
    """What was expected is said as in our documentation, with an example where it helps."""
    with pytest.raises(ConfigError) as caught:
        read(model, fields, where="a file")
    assert (field, expected) in [(each.field, each.expected) for each in caught.value.problems]


@pytest.mark.parametrize("model", [Policy, Country, AwardPolicy, Deployment, WebhookSettings])
@pytest.mark.parametrize("wrong", [3, "x", True, ["x"], {"a": 1}, None])
def test_no_word_of_pydantic_reaches_a_reader(model: type[BaseModel], wrong: object) -> None:
    """Whatever stands in a field, no message of pydantic's comes through as it is."""
    with pytest.raises(ConfigError) as caught:
        read(model, {**dict.fromkeys(model.model_fields, wrong), "other": wrong}, where="a file")
    assert not [each for each in caught.value.problems if RAW.search(each.expected)]
