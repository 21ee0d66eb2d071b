"""Which countries, policies and channels does this deployment have?

What ships in the package or comes with a lifecycle's table, and over it a directory of the
deployment's own: ``countries/<code>.toml`` replaces or adds a country,
``policies/<lifecycle>/<version>.toml`` adds a policy version, ``lazsa.toml`` names the channels of
notices, and ``messages/<locale>/`` holds words that come before ours. Every file is checked when
it is read; all faults of all files are reported at once.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from importlib.metadata import entry_points
from importlib.resources import files
from typing import TYPE_CHECKING, Any

from lazsa_flow.domain.deployment import Deployment
from lazsa_flow.domain.lifecycle import Lifecycle
from lazsa_flow.domain.policy import Country, PolicyText, read_toml
from lazsa_flow.errors import ConfigError, NotFoundError, Problem

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from importlib.resources.abc import Traversable
    from pathlib import Path

    from lazsa_flow.domain.policy import Policy


@dataclass(frozen=True, slots=True)
class Config:
    """A deployment's countries, lifecycles and policy texts, checked.

    Attributes:
        deployment: Its channels.
        messages: Where its own words for notices would be.
    """

    countries: tuple[Country, ...]
    lifecycles: tuple[Lifecycle, ...]
    policies: tuple[PolicyText, ...]
    deployment: Deployment = field(default_factory=Deployment)
    messages: Path | None = None

    @classmethod
    def load(
        cls, directory: Path | None = None, *, lifecycles: Sequence[Lifecycle] | None = None
    ) -> Config:
        """Read what ships, and a deployment's own directory over it.

        Args:
            directory: The deployment's configuration, if it has one of its own.
            lifecycles: Instead of those found by the entry point ``lazsa_flow.lifecycles``.

        Raises:
            ConfigError: A file is wrong; every fault of every file is named.
        """
        tables = tuple(lifecycles if lifecycles is not None else _installed())
        roots: list[Traversable] = [files("lazsa_flow") / "defaults"]
        if directory is not None:
            if not directory.is_dir():
                raise ConfigError([Problem(str(directory), "", "nothing", "a directory")])
            roots.append(directory)
        countries: dict[str, Country] = {}
        policies: dict[tuple[str, str], PolicyText] = {}
        deployment = Deployment()
        faults = _Faults()
        with faults:
            deployment = _deployment(directory)
        for table in tables:
            for own in table.default_policies:
                with faults:
                    text = _own_text(table, own)
                    policies[text.lifecycle, text.version] = text
        for root in roots:
            for file in _toml(root / "countries"):
                with faults:
                    country = read_toml(Country, file.read_text("utf-8"), where=file.name)
                    countries[country.code] = country
            for table in tables:
                for file in _toml(root / "policies" / table.name):
                    with faults:
                        text = PolicyText(table.name, _stem(file), file.read_text("utf-8"))
                        check_policy(text, {table.name: table})
                        policies[text.lifecycle, text.version] = text
        if faults.problems:
            raise ConfigError(faults.problems)
        return cls(
            tuple(countries.values()),
            tables,
            tuple(policies.values()),
            deployment,
            directory / "messages" if directory else None,
        )


class _Faults:
    """Gathers what is wrong with one file after the other."""

    def __init__(self) -> None:
        self.problems: list[Problem] = []

    def __enter__(self) -> None:
        pass

    def __exit__(self, _kind: object, error: BaseException | None, _trace: object) -> bool:
        if not isinstance(error, ConfigError):
            return False
        self.problems += error.problems
        return True


def check_policy(text: PolicyText, lifecycles: Mapping[str, Lifecycle]) -> Policy:
    """Read a policy text into the shape that its lifecycle asks for.

    Raises:
        ConfigError: It does not have that shape, or names another version than it is filed under.
        NotFoundError: There is no such lifecycle.
    """
    if text.lifecycle not in lifecycles:
        raise NotFoundError("lifecycle", text.lifecycle)
    where = f"{text.lifecycle}/{text.version}.toml"
    policy = read_toml(lifecycles[text.lifecycle].policy, text.text, where=where)
    if policy.version != text.version:
        raise ConfigError([Problem(where, "version", policy.version, text.version)])
    return policy


def _deployment(directory: Path | None) -> Deployment:
    file = directory / "lazsa.toml" if directory else None
    if file is None or not file.is_file():
        return Deployment()
    return read_toml(Deployment, file.read_text("utf-8"), where=file.name)


def _installed() -> Iterator[Lifecycle]:
    for point in sorted(entry_points(group="lazsa_flow.lifecycles"), key=lambda p: p.name):
        found: Any = point.load()
        if not isinstance(found, Lifecycle):
            raise ConfigError([Problem(point.value, point.name, type(found).__name__, "Lifecycle")])
        yield found


def _own_text(table: Lifecycle, text: str) -> PolicyText:
    """Check a policy text that a table brings itself."""
    where = f"{table.name}.default_policies"
    policy = read_toml(table.policy, text, where=where)
    if policy.lifecycle != table.name:
        raise ConfigError([Problem(where, "lifecycle", policy.lifecycle, table.name)])
    return PolicyText(table.name, policy.version, text)


def _toml(folder: Traversable) -> list[Traversable]:
    if not folder.is_dir():
        return []
    found = [file for file in folder.iterdir() if file.name.endswith(".toml")]
    return sorted(found, key=lambda file: file.name)


def _stem(file: Traversable) -> str:
    return file.name.removesuffix(".toml")
