"""TOML texts: read, and checked against the shape that they must have.

Whatever a text holds, the only error is a :class:`ConfigError` that names every fault, and for a
key that is not known the nearest one that is.
"""

from __future__ import annotations

import difflib
import re
import tomllib
from typing import TYPE_CHECKING, Any, Final, Self, TypeVar, cast

from pydantic import BaseModel, ConfigDict, ValidationError, model_validator

from lazsa_flow.errors import ConfigError, Problem, printable, shown
from lazsa_flow.lifecycle.model_faults import describe_fault, list_faults
from lazsa_flow.lifecycle.values import freeze

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

STRICT: Final = ConfigDict(extra="forbid", frozen=True, strict=True, defer_build=True)
"""The configuration of every model that a file is read into: no other key, no conversion.

A model is built when the first file is read into it, with the models within it; to build each by
itself, at import, took a tenth of a start.
"""

NOT_SHOWN: Final = "(not shown)"
_SECRET: Final = re.compile("pass|secret|token|key|credential|auth|url|dsn|sign", re.IGNORECASE)
"""What a key is called whose value may be a secret, or may have one in it."""
_ADDRESS: Final = re.compile(r"://|[?&][^=\s]+=")
"""Matches addresses, which may hold a token whatever their key is called."""

_Model = TypeVar("_Model", bound=BaseModel)


class FrozenModel(BaseModel):
    """A model that nobody can change: lists in it become tuples, dicts become frozen ones."""

    model_config = STRICT

    @model_validator(mode="after")
    def _freeze(self) -> Self:
        self.__dict__.update({name: freeze(item) for name, item in self.__dict__.items()})
        return self


def read_toml(model: type[_Model], text: str, *, where: str) -> _Model:
    """Read and check a TOML text.

    Args:
        model: The shape it must have.
        text: The file's text.
        where: The file's name, for the errors.

    Raises:
        ConfigError: The text is no TOML or does not have the shape; it names every fault.
    """
    return read(model, parse_toml(text, where=where), where=where)


def parse_toml(text: str, *, where: str) -> dict[str, Any]:
    """Parse a TOML text into plain values.

    Args:
        text: The file's text.
        where: The file's name, for the error.

    Raises:
        ConfigError: The text is no TOML, is nested too deeply, or holds a number of more digits
            than Python converts.
    """
    try:
        return tomllib.loads(text)
    except RecursionError:
        raise ConfigError([Problem(where, "", "values nested too deeply", "TOML")]) from None
    except (ValueError, OverflowError) as error:  # TOMLDecodeError is a ValueError
        raise ConfigError([Problem(where, "", shown(str(error)), "TOML")]) from None


def read(model: type[_Model], fields: Mapping[str, Any], *, where: str) -> _Model:
    """Check fields.

    Args:
        model: The shape they must have.
        fields: The fields.
        where: Their origin, for the errors.

    Raises:
        ConfigError: They do not have the shape; it names every fault.
    """
    try:
        return model.model_validate(fields)
    except ValidationError as error:
        problems = [
            Problem(
                where=where,
                field=printable(".".join(str(part) for part in fault["loc"]), 60) or "(file)",
                value=_got(model, fault["type"], fault["loc"], fault["input"]),
                expected=_expected(model, fault),
            )
            for fault in list_faults(error)
        ]
        raise ConfigError(problems) from None


def _got(model: type[BaseModel], kind: str, place: tuple[int | str, ...], value: object) -> str:
    """Show a refused value, unless it may be a secret, or hold one."""
    if kind == "missing":
        return "nothing"
    if isinstance(value, dict):
        return "a table"
    if isinstance(value, list | tuple):
        return "a list"
    if not isinstance(value, str):
        return shown(value)
    hidden = kind == "extra_forbidden" or _is_secret(model, place) or _ADDRESS.search(value)
    return NOT_SHOWN if hidden else shown(value)


def _is_secret(model: type[BaseModel], place: tuple[int | str, ...]) -> bool:
    """Return whether a key holds a secret, according to its name or its model."""
    if any(isinstance(part, str) and _SECRET.search(part) for part in place):
        return True
    field = _fields(model, place[:-1]).get(str(place[-1])) if place else None
    return field is not None and "Secret" in str(field.annotation)


def _fields(model: type[BaseModel], place: Sequence[int | str]) -> Mapping[str, Any]:
    """Return the fields of the table at a place within a model; none if it is unknown."""
    found: Any = model
    for part in place:
        fields = getattr(found, "model_fields", {})
        found = fields[part].annotation if part in fields else None
    fields = getattr(found, "model_fields", {})
    return cast("Mapping[str, Any]", fields)


def _expected(model: type[BaseModel], fault: Mapping[str, Any]) -> str:
    """Say what was expected; for a key that is not known, name the nearest one that is."""
    *table, name = fault["loc"] or ("",)
    if fault["type"] == "extra_forbidden":
        near = suggest_names(str(name), _fields(model, table))
        return f"a known key, others are not permitted{near}"
    return describe_fault(fault)


def suggest_names(name: str, known: Iterable[str]) -> str:
    """Say which known name is nearest to one that is not known, or which names there are.

    Args:
        name: What was found.
        known: The names that would have been read.
    """
    names = sorted(known)
    if close := difflib.get_close_matches(name, names, n=1, cutoff=0.6):
        return f"; did you mean {close[0]}?"
    return f"; known are {', '.join(names)}" if names else ""
