"""Path data in words: a lifecycle's own templates, filters for amounts, and made-up rows."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal, InvalidOperation
from enum import Enum
from importlib.resources import files
from typing import TYPE_CHECKING, Any, Final, Literal, get_args, get_origin

from lazsa_flow.errors import ConfigError, Problem, TemplateError
from lazsa_flow.lifecycle.effects import Notify
from lazsa_flow.lifecycle.path_data import PathData, personal_fields
from lazsa_flow.lifecycle.values import EMPTY, freeze

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Mapping
    from importlib.resources.abc import Traversable

    from pydantic import BaseModel
    from pydantic.fields import FieldInfo

    from lazsa_flow.lifecycle.table import Lifecycle
    from lazsa_flow.notices.ports import NoticeContext

_MADE_UP_AT: Final = datetime(2027, 4, 1, tzinfo=UTC)


def find_messages(lifecycle: Lifecycle) -> Traversable:
    """Return the folder of templates that a lifecycle's package brings.

    Raises:
        ConfigError: There is no such package, or no such folder in it.
    """
    package, _, folder = (lifecycle.messages or "").partition(":")
    try:
        found = files(package).joinpath(folder or "messages")
    except (ImportError, ValueError, TypeError):
        found = None
    if found is None or not found.is_dir():
        expected = "package:folder, the folder of templates in an installed package"
        where = f"lifecycle {lifecycle.name}"
        raise ConfigError([Problem(where, "messages", repr(lifecycle.messages), expected)])
    return found


def read_decimal(value: object) -> Decimal:
    """Return a field as a decimal number: the filter ``decimal``.

    Raises:
        TemplateError: It is none.
    """
    try:
        return Decimal(str(value))
    except InvalidOperation:
        raise TemplateError("decimal", None, "it is given what is no decimal number") from None


def sum_of(rows: Iterable[PathData], name: str, trigger: str | None = None) -> Decimal:
    """Add up a field of rows of data, of one trigger or of all: the filter ``sum_of``."""
    return sum(
        (
            row.decimal(name)
            for row in rows
            if row.fields.get(name) is not None and trigger in (None, row.trigger)
        ),
        Decimal(0),
    )


def add_examples(matter: NoticeContext, lifecycles: Collection[Lifecycle]) -> NoticeContext:
    """Return a made-up notice with made-up data, where its lifecycle takes any."""
    for lifecycle in lifecycles:
        edges = (lifecycle.opening, *lifecycle.edges)
        if any(edge.data for edge in edges) and matter.kind in _list_kinds(lifecycle):
            models = {edge.trigger: edge.data for edge in edges if edge.data is not None}
            rows = tuple(
                PathData(seq, trigger, example_fields(model), _MADE_UP_AT, "")
                for seq, (trigger, model) in enumerate(models.items(), 1)
            )
            opening = lifecycle.opening.data
            data = EMPTY if opening is None else example_fields(opening)
            return replace(matter, path=f"{lifecycle.name}-17", data=data, path_data=rows)
    return matter


def example_fields(model: type[BaseModel]) -> Mapping[str, Any]:
    """Make up the plain fields of a model: its own examples first, then values by type."""
    hidden = personal_fields(model)
    fields = model.model_fields.items()
    made: Mapping[str, Any] = freeze(
        {name: _example_value(field) for name, field in fields if name not in hidden}
    )
    return made


def _example_value(field: FieldInfo) -> Any:
    return field.examples[0] if field.examples else _value_of(field.annotation)


def _value_of(annotation: Any) -> Any:
    if get_origin(annotation) is Literal:
        return get_args(annotation)[0]
    if isinstance(annotation, type) and issubclass(annotation, Enum):
        return next(iter(annotation)).value
    known = {bool: True, int: 1, str: "example", Decimal: "100.00"}
    for each in (annotation, *get_args(annotation)):
        if each in known:
            return known[each]
    return "2027-04-01"  # a date, or what is made of one


def _list_kinds(lifecycle: Lifecycle) -> set[str]:
    return {effect.kind for effect in _list_effects(lifecycle) if isinstance(effect, Notify)}


def _list_effects(lifecycle: Lifecycle) -> Iterator[object]:
    for edge in (lifecycle.opening, *lifecycle.edges):
        yield from edge.effects
    for timer in lifecycle.timers:
        yield from (*timer.effects, *timer.on_refused)
