"""Settings of a deployment: channels, routes and retries of notices, guards, nights.

They are in the file ``lazsa.toml`` of the deployment's directory. Settings that only one kind of
channel knows, such as a host and a port, are checked when the channel is opened. Secrets are never
in the file: it names the environment variables that hold them.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any, ClassVar, Final, Literal

from pydantic import BaseModel, ConfigDict, Field, field_validator, model_validator

from lazsa_flow.lifecycle.model_faults import expecting
from lazsa_flow.lifecycle.policy import (  # noqa: TC001 - pydantic reads them at run time
    Code,
    Country,
)
from lazsa_flow.lifecycle.stored_recipients import COUNTRY_LEAD, MANAGER, REVIEWERS, ROUTED
from lazsa_flow.lifecycle.toml_text import STRICT, FrozenModel, read
from lazsa_flow.lifecycle.values import FrozenDict

if TYPE_CHECKING:
    from collections.abc import Collection

ChannelName = Annotated[
    str,
    Field(pattern=r"^[a-z][a-z0-9_-]*$"),
    expecting("a name of lower-case letters, digits, _ and -, such as mail"),
]
Recipient = Literal[
    "seller", "nominators", "panel", "country_lead", "team", "group", "reviewers", "manager"
]
_INSTEAD: Final = {REVIEWERS: "nominators", MANAGER: COUNTRY_LEAD}
"""Through whose channel a recipient is reached that has no route of its own."""
SUBJECTS: Final = ("subject", "seller")
"""How a notice says that it is for the subject; the second is what stored notices of old say."""
EVERYWHERE: Final = "all"
_DAY_S: Final = 86_400


class ChannelSettings(BaseModel):
    """One channel: its kind, the most it takes a minute, and what its kind needs.

    Attributes:
        kind: The name of its entry point in the group ``lazsa_flow.channels``.
        per_minute: How many notices each relay may send through it in any minute.
    """

    model_config: ClassVar[ConfigDict] = ConfigDict(
        extra="allow", frozen=True, strict=True, defer_build=True
    )

    kind: Code
    per_minute: Annotated[int, Field(ge=1)] | None = None

    @property
    def own(self) -> dict[str, Any]:
        """What only its kind knows."""
        return dict(self.model_extra or {})


class NoticeSettings(BaseModel):
    """How patiently notices are sent.

    Attributes:
        attempts: After so many failures a notice is parked.
        first_retry_s: How long after the first failure it is tried again; it doubles with each.
        longest_retry_s: The longest such pause, even if the server asks for a longer one.
        lease_s: For how long a relay holds what it has claimed.
        resolver: The name of an entry point in the group ``lazsa_flow.resolvers``; by default the
            contacts that were imported.
    """

    model_config = STRICT

    attempts: Annotated[int, Field(ge=1, le=100)] = 8
    first_retry_s: Annotated[int, Field(ge=1, le=_DAY_S)] = 60
    longest_retry_s: Annotated[int, Field(ge=1, le=30 * _DAY_S)] = 3600
    lease_s: Annotated[int, Field(ge=60, le=_DAY_S)] = 300
    resolver: Code | None = None


class GuardSettings(BaseModel):
    """How long a guard may take.

    Attributes:
        slow_s: After so long the log and the metrics report a guard that has not returned.
    """

    model_config = STRICT

    slow_s: Annotated[int, Field(ge=1, le=_DAY_S)] = 30


class NightSettings(BaseModel):
    """How a cycle date starts.

    Attributes:
        approval: Whether no cycle date starts before its rehearsal was approved and
            ``lazsa-flow night start`` was run. The database keeps it, for every process; where it
            is not set, what was set last holds.
        differs_percent: A night stops by itself when a larger share of outcomes than this differs
            from the approved rehearsal.
    """

    model_config = STRICT

    approval: bool | None = None
    differs_percent: Annotated[float, Field(ge=0, le=100)] = 1.0


class Deployment(FrozenModel):
    """One deployment's choices.

    Attributes:
        channels: By name; a folder of files where none is named.
        notices: How patiently notices are sent.
        routes: Country code, or ``all``, to recipient to channel. A recipient without a route is
            reached through the only channel there is.
        guards: How long guards may take.
        night: How a cycle date starts.
    """

    model_config = STRICT

    channels: dict[ChannelName, ChannelSettings] = Field(
        default_factory=lambda: FrozenDict(files=ChannelSettings.model_construct(kind="files"))
    )
    routes: dict[str, dict[Recipient, str]] = Field(default_factory=FrozenDict)
    notices: NoticeSettings = Field(default_factory=NoticeSettings.model_construct)
    guards: GuardSettings = Field(default_factory=GuardSettings.model_construct)
    night: NightSettings = Field(default_factory=NightSettings.model_construct)

    @classmethod
    def build_default(cls) -> Deployment:
        """Return the settings of a deployment without a file, unchecked: they are all defaults."""
        return cls.model_construct()

    @field_validator("channels")
    @classmethod
    def _some(cls, value: dict[str, ChannelSettings]) -> dict[str, ChannelSettings]:
        if not value:
            msg = "at least one channel"
            raise ValueError(msg)
        return value

    @model_validator(mode="after")
    def _leads_somewhere(self) -> Deployment:
        named = {name for route in self.routes.values() for name in route.values()}
        if named - self.channels.keys():
            msg = (
                f"routes to channels that there are, not {', '.join(named - self.channels.keys())}"
            )
            raise ValueError(msg)
        everywhere = self.routes.get(EVERYWHERE, {})
        missing = [name for name in ROUTED if name not in everywhere]
        if len(self.channels) > 1 and missing:
            msg = f"a route for {', '.join(missing)} in [routes.{EVERYWHERE}]"
            raise ValueError(msg)
        return self

    def handed(self, names: Collection[str]) -> Deployment:
        """Return the same deployment with channels that are handed in, instead of its own.

        Raises:
            ConfigError: A route leads to none of them, or there are several and no routes.
        """
        own = {name: each.model_dump() for name, each in self.channels.items()}
        fields = {
            "channels": {name: own.get(name, {"kind": "handed_in"}) for name in names},
            "routes": self.routes,
            "notices": self.notices,
            "guards": self.guards,
            "night": self.night,
        }
        return read(Deployment, fields, where="channels")

    def channel_for(self, country: str, recipient: str) -> str:
        """Return the name of the channel for a recipient in a country.

        Reviewers are reached through the nominators' channel unless they have their own route:
        both are persons whose contacts are looked up. So are managers through the country leads'.
        """
        for each in (recipient, _INSTEAD.get(recipient)):
            for place in (country, EVERYWHERE):
                for name, channel in self.routes.get(place, {}).items():
                    if name == each:
                        return channel
        return next(iter(self.channels))


def role_mailbox(country: Country, to: str) -> str | None:
    """Return the mailbox of a role in a country; ``None`` where it has none of its own."""
    return {
        "panel": country.panel_mailbox,
        COUNTRY_LEAD: country.lead_mailbox,
        MANAGER: country.manager_mailbox or country.regional_mailbox,
    }.get(to)
