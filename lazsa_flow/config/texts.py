"""Configured texts: a policy or a country as a file has it, and what is odd about a file."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Generic, Literal, TypeVar

if TYPE_CHECKING:
    from lazsa_flow.lifecycle.policy import CountryText, PolicyText

Text = TypeVar("Text", "PolicyText", "CountryText")


@dataclass(frozen=True, slots=True)
class ConfiguredText(Generic[Text]):
    """A policy or a country as a package ships it or a deployment's directory has it.

    Attributes:
        where: The file, as it is named in messages.
        ships: Whether it ships with a package, instead of standing in the deployment's directory.
    """

    text: Text
    where: str
    ships: bool


@dataclass(frozen=True, slots=True)
class ConfigWarning:
    """Something in the configuration that is not used. It is a warning, not an error.

    Attributes:
        kind: ``not_released``: the database does not have it; ``unknown``: nothing reads it.
        where: The file, folder or key.
        what: What is odd about it, and what to do.
    """

    kind: Literal["not_released", "unknown"]
    where: str
    what: str

    def __str__(self) -> str:
        return f"{self.where}: {self.what}"
