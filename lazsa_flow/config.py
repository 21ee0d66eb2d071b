"""Which countries and policies does this deployment have?

What ships in the package, and over it a directory of the deployment's own:
``countries/<code>.toml`` replaces or adds a country, ``policies/<lifecycle>/<version>.toml`` adds
a policy version. Every file is checked when it is read; all faults of all files are reported at
once.
"""

from __future__ import annotations

from dataclasses import dataclass
from importlib.metadata import entry_points
from importlib.resources import files
from typing import TYPE_CHECKING, Any

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
    """A deployment's countries, lifecycles and policy texts, checked."""

    countries: tuple[Country, ...]
    lifecycles: tuple[Lifecycle, ...]
    policies: tuple[PolicyText, ...]

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
        problems: list[Problem] = []
        countries: dict[str, Country] = {}
        policies: dict[tuple[str, str], PolicyText] = {}
        for root in roots:
            for file in _toml(root / "countries"):
                try:
                    country = read_toml(Country, file.read_text("utf-8"), where=file.name)
                    countries[country.code] = country
                except ConfigError as error:
                    problems += error.problems
            for table in tables:
                for file in _toml(root / "policies" / table.name):
                    try:
                        text = PolicyText(table.name, _stem(file), file.read_text("utf-8"))
                        check_policy(text, {table.name: table})
                        policies[text.lifecycle, text.version] = text
                    except ConfigError as error:
                        problems += error.problems
        if problems:
            raise ConfigError(problems)
        return cls(tuple(countries.values()), tables, tuple(policies.values()))


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


def _installed() -> Iterator[Lifecycle]:
    for point in sorted(entry_points(group="lazsa_flow.lifecycles"), key=lambda p: p.name):
        found: Any = point.load()
        if not isinstance(found, Lifecycle):
            raise ConfigError([Problem(point.value, point.name, type(found).__name__, "Lifecycle")])
        yield found


def _toml(folder: Traversable) -> list[Traversable]:
    if not folder.is_dir():
        return []
    found = [file for file in folder.iterdir() if file.name.endswith(".toml")]
    return sorted(found, key=lambda file: file.name)


def _stem(file: Traversable) -> str:
    return file.name.removesuffix(".toml")
