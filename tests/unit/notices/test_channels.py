"""Channels are found by their entry points, ours as a host's, and checked when they are opened."""

from __future__ import annotations

from importlib.metadata import EntryPoint
from typing import TYPE_CHECKING, Any

import pytest
from pydantic import BaseModel

from lazsa_flow.errors import ConfigError
from lazsa_flow.lifecycle.policy import read
from lazsa_flow.notices import channels
from lazsa_flow.notices.files import FileChannel
from lazsa_flow.notices.settings import Deployment
from lazsa_flow.notices.smtp import SmtpChannel

if TYPE_CHECKING:
    from lazsa_flow.notices.ports import Letter


class PigeonSettings(BaseModel):
    """How many pigeons."""

    pigeons: int


class PigeonChannel:
    """A host's own channel."""

    Settings = PigeonSettings
    needs_contact = False

    def __init__(self, settings: PigeonSettings) -> None:
        self.pigeons = settings.pigeons

    def send(self, letter: Letter) -> None:
        """Let one fly."""

    def close(self) -> None:
        """Feed them."""


def nobody(ids: Any) -> dict[str, Any]:
    """Know nobody: a host's own resolver."""
    return {}


def deploy(**fields: Any) -> Deployment:
    """Return a deployment."""
    return read(Deployment, fields, where="tests")


@pytest.fixture
def installed(monkeypatch: pytest.MonkeyPatch) -> None:
    """Install a host's channel and resolver."""
    points = {
        channels.CHANNELS: EntryPoint("pigeon", f"{__name__}:PigeonChannel", channels.CHANNELS),
        channels.RESOLVERS: EntryPoint("nobody", f"{__name__}:nobody", channels.RESOLVERS),
    }
    monkeypatch.setattr(channels, "entry_points", lambda group: [points[group]])


def test_ours_are_installed() -> None:
    """What ships is found by name, as anything else."""
    opened = channels.open_channels(deploy())
    assert isinstance(opened["files"], FileChannel)
    mail = {"kind": "smtp", "host": "127.0.0.1", "tls": "none", "per_minute": 5}
    opened = channels.open_channels(deploy(channels={"mail": mail}))
    assert isinstance(opened["mail"], SmtpChannel)


@pytest.mark.usefixtures("installed")
def test_a_hosts_own() -> None:
    """A host adds a channel with one class and an entry point, and a resolver in the same way."""
    deployment = deploy(
        channels={"birds": {"kind": "pigeon", "pigeons": 3}}, notices={"resolver": "nobody"}
    )
    opened = channels.open_channels(deployment)["birds"]
    assert getattr(opened, "pigeons", None) == 3
    resolver = channels.find_resolver(deployment)
    assert resolver is not None
    assert resolver(["s1"]) == {}
    assert channels.find_resolver(deploy()) is None


@pytest.mark.usefixtures("installed")
def test_every_fault_is_named() -> None:
    """What is wrong with any channel is told at once, with channel and field."""
    wrong = {
        "one": {"kind": "raven"},
        "two": {"kind": "pigeon", "pigeons": "many"},
        "three": {"kind": "pigeon"},
    }
    people = ("seller", "nominators", "panel", "country_lead", "team", "group")
    deployment = deploy(channels=wrong, routes={"all": dict.fromkeys(people, "one")})
    with pytest.raises(ConfigError) as caught:
        channels.open_channels(deployment)
    assert [(problem.where, problem.field) for problem in caught.value.problems] == [
        ("lazsa.toml [channels.one]", "kind"),
        ("lazsa.toml [channels.two]", "pigeons"),
        ("lazsa.toml [channels.three]", "pigeons"),
    ]


def test_a_resolver_that_is_not_there() -> None:
    """A resolver that nobody installed is named."""
    with pytest.raises(ConfigError, match="nobody_knows"):
        channels.find_resolver(deploy(notices={"resolver": "nobody_knows"}))
