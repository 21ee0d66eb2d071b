"""Path data: what people hand over with a trigger, checked against a model that the edge names.

An edge that takes data names a pydantic model. What is given is checked against it before any guard
is asked, and stored as one row with the move: its plain fields as canonical JSON, those marked
:data:`PERSONAL` in the table of texts that can be erased. The journal names the row and its digest.
Guards and templates read the plain fields alone, so that an erasure changes no decision.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from decimal import Decimal
from hashlib import sha256
from typing import TYPE_CHECKING, Any, Final, NamedTuple, get_args

from pydantic import BaseModel, ValidationError

from lazsa_flow.errors import InputError, Problem, printable, shown
from lazsa_flow.lifecycle.canonical import canonical
from lazsa_flow.lifecycle.host_code import call_host
from lazsa_flow.lifecycle.model_faults import REQUIRED, describe_fault, list_faults
from lazsa_flow.lifecycle.values import freeze, value

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from datetime import datetime

PATH_DATA: Final = "path_data"
"""How a guard says that it reads the rows of the path's data, other than the opening's."""
NOT_SHOWN: Final = "(not shown)"


class PersonalField:
    """Marks a field of a model as personal data; see :data:`PERSONAL`."""

    __slots__ = ()


PERSONAL: Final = PersonalField()
"""Marks a field: ``payer: Annotated[str, PERSONAL]``. Its value is stored where it can be erased,
and is in no journal row, message, log or error; no guard or template reads it."""


@value
class PathData:
    """One row of a path's data, as guards and templates read it.

    Attributes:
        seq: The number of the journal row of the move that brought it.
        trigger: The trigger of that move.
        fields: The plain fields as JSON values: decimals and dates are text.
        digest: What the journal says of it; see :class:`CheckedData`.
    """

    seq: int
    trigger: str
    fields: Mapping[str, Any]
    recorded_at: datetime
    digest: str

    def decimal(self, name: str) -> Decimal:
        """Return a field as a decimal number.

        Raises:
            KeyError: The row has no such field.
        """
        return Decimal(str(self.fields[name]))


@dataclass(frozen=True, slots=True)
class GivenData:
    """What a caller hands over, before it is checked.

    Attributes:
        values: JSON values by the names of the model's fields.
        salt: A random text that keeps a digest of personal fields from being guessed.
    """

    values: Mapping[str, Any] = field(repr=False)
    salt: str = field(repr=False)


@value
class CheckedData:
    """What a model has accepted, ready to be stored.

    Attributes:
        fields: The plain fields as JSON values.
        personal: The personal fields as the text that is stored where it can be erased.
    """

    fields: Mapping[str, Any]
    personal: str | None = field(default=None, repr=False)

    @property
    def fields_text(self) -> str:
        """The plain fields as the text that is stored."""
        return canonical(self.fields).decode()

    @property
    def personal_digest(self) -> str | None:
        """SHA-256 of the personal text, in hexadecimal; it stays when that is erased."""
        return None if self.personal is None else _hash_of(self.personal)

    @property
    def digest(self) -> str:
        """What the journal row names."""
        return digest_of(self.fields_text, self.personal_digest)


def digest_of(fields_text: str, personal_digest: str | None) -> str:
    """Return the SHA-256 of a row's plain fields and of the digest of its personal ones."""
    personal = "" if personal_digest is None else personal_digest
    return _hash_of(f"{personal}\n{fields_text}")


def find_row_fault(
    named: str | None,
    moved_by: str | None,
    trigger: str | None,
    fields_text: str | None,
    digest: str | None,
    personal_digest: str | None,
    personal: str | None,
) -> str | None:
    """Return what is wrong with a stored row of data, compared with the journal row of its move.

    Args:
        named: The digest that the journal row names, if it names one.
        moved_by: The journal row's trigger.
        trigger: The trigger that is stored with the data; ``None`` where there is no such row.
        fields_text: Its plain fields, as they are stored.
        digest: The digest that is stored with them.
        personal_digest: The digest of its personal fields.
        personal: Those fields; ``None`` where they were erased, or there are none.
    """
    if fields_text is None:
        return None if named is None else "the data that it names is missing"
    if named is None:
        return "it names no data, yet there is some"
    if (trigger, digest) != (moved_by, named) or digest_of(fields_text, personal_digest) != named:
        return "the data that it names was changed"
    if personal is not None and _hash_of(personal) != personal_digest:
        return "the personal data that it names was changed"
    return None


def _hash_of(text: str) -> str:
    return sha256(text.encode("utf-8", "surrogateescape")).hexdigest()


def personal_fields(model: type[BaseModel]) -> frozenset[str]:
    """Return the names of a model's personal fields."""
    return frozenset(
        name
        for name, each in model.model_fields.items()
        if any(isinstance(mark, PersonalField) for mark in each.metadata)
    )


def check_data(
    model: type[BaseModel] | None, trigger: str, given: GivenData | None, *, path: str | None = None
) -> CheckedData | None:
    """Check what came with a trigger against the model of its edge.

    Args:
        model: The edge's model; ``None``: it takes no data.
        trigger: The trigger, for the errors.
        given: What was given, if anything was.
        path: The path's reference, where it has one.

    Returns:
        What is to be stored; ``None`` where nothing was given.

    Raises:
        InputError: A field is missing, unknown or invalid, or the edge takes no data. It names
            every such field; the value of a personal or unknown field is not shown.
        HostCodeError: The model raised something else than its own error.
    """
    where = f"data of {trigger}"
    if model is None:
        if given is None:
            return None
        names = ", ".join(sorted(given.values)) or "an empty object"
        raise InputError([Problem(where, "", printable(names), "no data: this trigger takes none")])
    values = {} if given is None else dict(given.values)
    problems, dumped = call_host(where, _validate, model, where, values, path=path)
    if problems:
        raise InputError(problems)
    if given is None:
        return None
    hidden = personal_fields(model)
    personal = {name: dumped[name] for name in sorted(hidden) if dumped.get(name) is not None}
    return CheckedData(
        fields=freeze({name: item for name, item in dumped.items() if name not in hidden}),
        personal=canonical({"fields": personal, "salt": given.salt}).decode() if personal else None,
    )


def _validate(
    model: type[BaseModel], where: str, values: dict[str, Any]
) -> tuple[list[Problem], dict[str, Any]]:
    """Return what is wrong with the values, and else what the model makes of them."""
    known = set(model.model_fields)
    hidden = personal_fields(model)
    expected = f"one of the fields {', '.join(sorted(known))}"
    problems = [
        Problem(where, printable(name, 60), NOT_SHOWN, expected)
        for name in sorted(values.keys() - known)
    ]
    try:
        made = model.model_validate_json(canonical({n: values[n] for n in values.keys() & known}))
    except ValidationError as error:
        problems += [_problem(where, fault, hidden) for fault in list_faults(error)]
    if problems:
        return problems, {}
    return [], made.model_dump(mode="json", include=known)


def _problem(where: str, fault: Mapping[str, Any], hidden: frozenset[str]) -> Problem:
    place = tuple(map(str, fault["loc"]))
    name = printable(".".join(place), 60)
    if fault["type"] == "missing":
        return Problem(where, name, "nothing", REQUIRED)
    personal = not place or place[0] in hidden
    got = NOT_SHOWN if personal else shown(fault["input"])
    return Problem(where, name, got, describe_fault(fault))


def find_model_problems(model: object) -> Iterator[str]:
    """Find why a model cannot check data: it is no model, or loses what it is given."""
    if not (isinstance(model, type) and issubclass(model, BaseModel)):
        yield "its data is no pydantic model"
        return
    for name, each in model.model_fields.items():
        if _has_float(each.annotation):
            yield f"its data has the field {name} of type float, which loses digits; use Decimal"
        if each.alias or each.validation_alias or each.serialization_alias:
            yield f"its data has the field {name} with an alias; fields go by their own names"


def _has_float(annotation: object) -> bool:
    return annotation is float or any(map(_has_float, get_args(annotation)))


class DataField(NamedTuple):
    """A field of the data that a trigger takes.

    Attributes:
        required: Whether it must be given.
        personal: Whether it is stored where it can be erased.
    """

    name: str
    required: bool
    personal: bool

    def __str__(self) -> str:
        return self.name if self.required else f"{self.name}?"


def data_fields_of(model: type[BaseModel] | None) -> tuple[DataField, ...]:
    """Return a model's fields in their order; none where a trigger takes no data."""
    if model is None:
        return ()
    personal = personal_fields(model)
    return tuple(
        DataField(name, each.is_required(), name in personal)
        for name, each in model.model_fields.items()
    )


def describe_model(model: type[BaseModel]) -> dict[str, Any]:
    """Return a model's fields as JSON values, to distinguish versions of it."""
    personal = personal_fields(model)
    return {
        name: {
            "type": str(each.annotation),
            "required": each.is_required(),
            "personal": name in personal,
        }
        for name, each in model.model_fields.items()
    }
