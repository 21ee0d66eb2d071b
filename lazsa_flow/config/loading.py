"""Load a configuration: every file is read and checked, and all faults are reported together.

Files that ship in the package or with a lifecycle come first. A directory of the deployment
overrides them: ``countries/<code>.toml`` replaces or adds a country,
``policies/<lifecycle>/<version>.toml`` adds a policy version, ``lazsa.toml`` names the channels of
notices, and ``messages/<locale>/`` holds templates that replace ours. A policy or a country is in
force only once the database has it: see :mod:`lazsa_flow.service.configuration`.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING, Final

from lazsa_flow.config.files import SUFFIX, read_file, toml_files
from lazsa_flow.config.lifecycles import check_names, default_policy, installed_lifecycles
from lazsa_flow.config.texts import ConfiguredText, ConfigWarning
from lazsa_flow.config.unknown import unknown_names
from lazsa_flow.errors import ConfigError, NotFoundError, Problem, printable, shown
from lazsa_flow.lifecycle.policy import CountryText, PolicyText, read_policy
from lazsa_flow.lifecycle.toml_text import read_toml
from lazsa_flow.notices.settings import Deployment

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from importlib.resources.abc import Traversable

    from lazsa_flow.lifecycle.policy import Country, Policy
    from lazsa_flow.lifecycle.table import Lifecycle

    _Policies = list[ConfiguredText[PolicyText]]
    _Countries = list[ConfiguredText[CountryText]]

DEPLOYMENT_FILE: Final = "lazsa.toml"


@dataclass(frozen=True, slots=True)
class Config:
    """A deployment's countries, lifecycles and policy texts, checked.

    Attributes:
        countries: As the files have them; what is in force is in the database.
        lifecycles: The tables, those that are installed or were handed in.
        policies: Likewise.
        deployment: Its channels.
        messages: Where its own words for notices would be.
        country_texts: The texts that define each country; those that ship come first.
        policy_texts: The texts that define each policy; those that ship come first.
        warnings: What in its directory is not read.
        left_out: Why each installed plug-in that cannot be used is left out.
    """

    countries: tuple[Country, ...]
    lifecycles: tuple[Lifecycle, ...]
    policies: tuple[PolicyText, ...]
    deployment: Deployment = field(default_factory=Deployment)
    messages: Path | None = None
    country_texts: tuple[ConfiguredText[CountryText], ...] = ()
    policy_texts: tuple[ConfiguredText[PolicyText], ...] = ()
    warnings: tuple[ConfigWarning, ...] = ()
    left_out: tuple[Problem, ...] = ()

    def __repr__(self) -> str:
        """Write it in one line: what it configures, by name."""
        countries = " ".join(each.code for each in self.countries)
        lifecycles = " ".join(each.name for each in self.lifecycles)
        return f"<Config: countries {countries}; lifecycles {lifecycles}>"

    @classmethod
    def load(
        cls, directory: Path | str | None = None, *, lifecycles: Sequence[Lifecycle] | None = None
    ) -> Config:
        """Read what ships, and a deployment's own directory over it.

        Args:
            directory: The deployment's configuration, if it has one of its own.
            lifecycles: Instead of those found by the entry point ``lazsa_flow.lifecycles``.

        Returns:
            The configuration, checked as a whole.

        Raises:
            ConfigError: A file is wrong, or two of the lifecycles handed in have one name or
                different evidence sources of one name; every fault of every file is named.
        """
        left_out: tuple[Problem, ...] = ()
        if lifecycles is None:
            tables, left_out = installed_lifecycles()
        else:
            tables = tuple(lifecycles)
            check_names(tables)
        own = _check_directory(directory)
        faults = _Faults()
        policies, countries = _read_packaged_files(tables, faults)
        deployment, warnings = Deployment.build_default(), tuple[ConfigWarning, ...]()
        if own is not None:
            _add_own_files(own, tables, faults, policies, countries)
            with faults:
                deployment = _read_deployment(own)
            with faults:
                warnings = tuple(unknown_names(own, tables))
        if faults.problems:
            raise ConfigError(faults.problems)
        return cls(
            tuple({each.text.code: each.text.country for each in countries}.values()),
            tables,
            tuple({(t.lifecycle, t.version): t for t in (p.text for p in policies)}.values()),
            deployment,
            own / "messages" if own else None,
            tuple(countries),
            tuple(policies),
            warnings,
            left_out,
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
        raise NotFoundError("lifecycle", text.lifecycle, among=lifecycles)
    where = f"{text.lifecycle}/{printable(text.version)}.toml"
    policy = read_policy(lifecycles[text.lifecycle].policy, text.text, where)
    if policy.version != text.version:
        raise ConfigError([Problem(where, "version", shown(policy.version), shown(text.version))])
    return policy


def _check_directory(directory: Path | str | None) -> Path | None:
    """Return a deployment's directory, which must be one.

    Raises:
        ConfigError: It is none.
    """
    if directory is None:
        return None
    found = Path(directory)
    try:
        if found.is_dir():
            return found
        got = "a file" if found.exists() else "nothing"
    except (OSError, ValueError) as error:
        got = getattr(error, "strerror", None) or type(error).__name__
    raise ConfigError([Problem(printable(str(directory)), "", got, "a directory")])


def _read_packaged_files(
    tables: Sequence[Lifecycle], faults: _Faults
) -> tuple[_Policies, _Countries]:
    """Read what ships: with the tables, and in our own package."""
    root = files("lazsa_flow") / "defaults"
    policies: _Policies = []
    for table in tables:
        for text in table.default_policies:
            with faults:
                where = f"{table.name}.default_policies"
                policies.append(ConfiguredText(default_policy(table, text), where, ships=True))
    policies += _read_policies(root, tables, faults, ships=True)
    return policies, list(_read_countries(root, faults, ships=True))


def _add_own_files(
    root: Path,
    tables: Sequence[Lifecycle],
    faults: _Faults,
    policies: _Policies,
    countries: _Countries,
) -> None:
    """Add what a deployment's directory has."""
    policies += _read_policies(root, tables, faults, ships=False)
    own: dict[str, ConfiguredText[CountryText]] = {}
    for each in _read_countries(root, faults, ships=False):
        other = own.setdefault(each.text.code, each)
        if other is not each:
            expected = f"a country of its own: {other.where} has this one"
            faults.problems.append(Problem(each.where, "code", shown(each.text.code), expected))
    countries += own.values()


def _read_policies(
    root: Traversable, tables: Sequence[Lifecycle], faults: _Faults, *, ships: bool
) -> Iterator[ConfiguredText[PolicyText]]:
    for table in tables:
        folder = f"policies/{table.name}"
        found: list[Traversable] = []
        with faults:
            found = toml_files(root / "policies" / table.name, where=folder)
        for file in found:
            where = f"{folder}/{printable(file.name)}"
            with faults:
                version = file.name.removesuffix(SUFFIX)
                text = PolicyText(table.name, version, read_file(file, where=where))
                check_policy(text, {table.name: table})
                yield ConfiguredText(text, where, ships)


def _read_countries(
    root: Traversable, faults: _Faults, *, ships: bool
) -> Iterator[ConfiguredText[CountryText]]:
    found: list[Traversable] = []
    with faults:
        found = toml_files(root / "countries", where="countries")
    for file in found:
        where = f"countries/{printable(file.name)}"
        with faults:
            text = CountryText.read(read_file(file, where=where), where=where)
            yield ConfiguredText(text, where, ships)


def _read_deployment(directory: Path) -> Deployment:
    file = directory / DEPLOYMENT_FILE
    if not file.exists() and not file.is_symlink():
        return Deployment.build_default()
    text = read_file(file, where=DEPLOYMENT_FILE)
    return read_toml(Deployment, text, where=DEPLOYMENT_FILE)
