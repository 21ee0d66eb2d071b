"""A deployment's channels, routes and patience, as ``lazsa.toml`` gives them."""

from __future__ import annotations

import pytest

from lazsa_flow.errors import ConfigError
from lazsa_flow.lifecycle.policy import read_toml
from lazsa_flow.notices.settings import Deployment

TWO = """
[channels.mail]
kind = "smtp"
per_minute = 600
host = "smtp.example.com"

[channels.robot-id]
kind = "dingtalk"

[routes.all]
seller = "mail"
nominators = "mail"
panel = "mail"
country_lead = "mail"
team = "mail"
group = "mail"

[routes.ID]
panel = "robot-id"
"""


def read(text: str) -> Deployment:
    """Read a deployment's file."""
    return read_toml(Deployment, text, where="lazsa.toml")


def test_by_default_notices_become_files() -> None:
    """Without a word in the file everybody is told through a folder of files."""
    deployment = read("")
    assert deployment.channel_for("ID", "seller") == "files"
    assert deployment.channels["files"].kind == "files"


def test_what_holds_without_a_file_needs_no_check() -> None:
    """The defaults are what an empty file says."""
    assert Deployment.build_default() == read_toml(Deployment, "", where="lazsa.toml")


def test_a_country_has_routes_of_its_own() -> None:
    """A country's route comes before the route of all."""
    deployment = read(TWO)
    assert deployment.channel_for("ID", "panel") == "robot-id"
    assert deployment.channel_for("ID", "seller") == "mail"
    assert deployment.channel_for("ID", "reviewers") == deployment.channel_for("ID", "nominators")
    assert deployment.channel_for("SG", "panel") == "mail"
    assert deployment.channels["mail"].own == {"host": "smtp.example.com"}


@pytest.mark.parametrize(
    ("text", "field", "expected"),
    [
        ("[channels]", "channels", "at least one channel"),
        ('[channels.mail]\nhost = "x"', "channels.mail.kind", "the field is required"),
        (TWO.replace('team = "mail"\n', ""), "(file)", "a route for team in [routes.all]"),
        (TWO.replace('"robot-id"\n', '"robot"\n'), "(file)", "channels that there are, not robot"),
        (TWO.replace("panel =", "pannel ="), "routes.all.pannel.[key]", "'seller', "),
        ("[notices]\nattempts = 0", "notices.attempts", "greater than or equal to 1"),
        ("[notice]\nattempts = 1", "notice", "not permitted"),
    ],
)
def test_what_is_wrong_is_named(text: str, field: str, expected: str) -> None:
    """A fault is an error that names the key and what was expected."""
    with pytest.raises(ConfigError) as caught:
        read(text)
    assert (field, True) in [(p.field, expected in p.expected) for p in caught.value.problems]


def test_channels_that_are_handed_in_take_the_place_of_its_own() -> None:
    """Those of its own that are handed in keep their words; the others are gone."""
    handed = read(TWO).handed(["mail", "robot-id", "post"])
    assert {name: each.kind for name, each in handed.channels.items()} == {
        "mail": "smtp",
        "robot-id": "dingtalk",
        "post": "handed_in",
    }
    assert handed.channels["mail"].own == {"host": "smtp.example.com"}
    assert handed.channel_for("ID", "panel") == "robot-id"


def test_a_route_leads_to_a_channel_that_is_handed_in() -> None:
    """A route to a channel that is not handed in is an error that names it."""
    with pytest.raises(ConfigError, match="channels that there are, not robot-id"):
        read(TWO).handed(["mail"])
