"""Entrances: what a caller hands to a public method is checked once, before anything is done.

:func:`checked` puts a check before every public method of a class, new ones included. It goes by
the method's own annotations, and a text parameter is an id (:mod:`lazsa_flow.lifecycle.ids`) unless
:data:`TEXTS` says that it is free text. What is refused is an :class:`InputError` that names the
method, the parameter, the value and what was expected.
"""

from __future__ import annotations

import ast
import functools
import inspect
import os
from collections.abc import Callable, Iterable, Mapping
from datetime import date
from decimal import Decimal
from pathlib import Path as FilePath
from random import Random
from typing import Any, Final, TypeVar

from lazsa_flow.config import Config
from lazsa_flow.errors import InputError
from lazsa_flow.lifecycle.calendar import ANY_YEAR, YEARS, as_utc, parse_day
from lazsa_flow.lifecycle.ids import ID_CHARS, KEY_CHARS, parse_id
from lazsa_flow.lifecycle.model import Actor, Path
from lazsa_flow.lifecycle.text import DEPTH, WHOLE_NUMBERS, parse_json, parse_text
from lazsa_flow.service.part import runtime_of
from lazsa_flow.service.runtime import resolve_actors

Check = Callable[[Any, str, str], Any]
"""Takes a value, the method and the parameter; returns the value as the method gets it."""
_Class = TypeVar("_Class", bound=type)

TEXTS: Final = frozenset(
    {
        *("comment", "note", "statement", "text", "url", "pause.reason", "resume.reason"),
        *("refuse_request.reason", "withdraw_request.reason"),
        *("pause_night.reason", "resume_night.reason"),
    }
)
"""The parameters, of any method or of one, that hold free text; an error does not show it."""
LONGEST: Final[Mapping[str, int]] = {"key": KEY_CHARS, "keys": 4 * ID_CHARS}
"""How long an id may be, by parameter, where it is more: a notice's key holds path and person."""
LEAST: Final[Mapping[str, int]] = {"chunk": 1, "canary": 1, "rate": 1}
"""The least number that a parameter may be, where that is not 0."""


def checked(cls: _Class) -> _Class:
    """Check what is handed to the public methods that a class itself has.

    Raises:
        TypeError: A parameter's annotation is none that can be checked.
    """
    return checked_with({})(cls)


def checked_with(known: Mapping[str, Check]) -> Callable[[_Class], _Class]:
    """Return what checks a class as :func:`checked`, by annotations of an application's own, too.

    Args:
        known: By the name of an annotation, its check; see :func:`instance_of`.
    """

    @functools.cache  # many parameters have one annotation
    def read(annotation: str, of_text: Check) -> Check | None:
        parsed = ast.parse(annotation, mode="eval")
        return _check_of(parsed.body, {**_KNOWN, **known, "str": of_text})

    def check_class(cls: _Class) -> _Class:
        for name, found in list(vars(cls).items()):
            if name.startswith("_"):
                continue
            if isinstance(found, classmethod):
                setattr(cls, name, classmethod(_checking(found.__func__, read)))
            elif isinstance(found, staticmethod):
                setattr(cls, name, staticmethod(_checking(found.__func__, read, own=0)))
            elif inspect.isfunction(found):
                setattr(cls, name, _checking(found, read))
        return cls

    return check_class


def _checking(
    method: Callable[..., Any], read: Callable[[str, Check], Check | None], own: int = 1
) -> Callable[..., Any]:
    """Return a method that checks its arguments first.

    Args:
        method: The method.
        read: Returns the check of an annotation, given that of the texts in it; ``None``: it says
            too little.
        own: How many of its first parameters Python hands over itself.
    """
    where = method.__name__
    checks: dict[str, Check] = {}
    for name, annotation in method.__annotations__.items():  # in the order of the parameters
        if name == "return":
            continue
        text = not TEXTS.isdisjoint({name, f"{where}.{name}"})
        check = read(annotation, _text if text else _id)
        if check is None:
            msg = f"{method.__qualname__}: {name}: {annotation}: teach {__name__} to check it"
            raise TypeError(msg)
        checks[name] = check
    code = inspect.unwrap(method).__code__
    if len(checks) != code.co_argcount + code.co_kwonlyargcount - own:
        msg = f"{method.__qualname__}: annotate every parameter"
        raise TypeError(msg)
    by_place = list(checks.items())
    acts = bool(own) and method.__annotations__.get("actor") == "Actor"

    @functools.wraps(method)
    def entrance(*args: Any, **named: Any) -> Any:
        placed = zip(args[own:], by_place, strict=False)  # Python itself tells of one too many
        read = [check(value, where, name) for value, (name, check) in placed]
        for name in named.keys() & checks.keys():
            named[name] = checks[name](named[name], where, name)
        placed_args = (*args[:own], *read, *args[own + len(read) :])
        if acts and "actor" in named:
            return _resolving(method, placed_args, named)
        return method(*placed_args, **named)

    return entrance


def _resolving(method: Callable[..., Any], args: tuple[Any, ...], named: dict[str, Any]) -> Any:
    """Call a method with its actor under the id that holds for them."""
    given = named["actor"]
    runtime = runtime_of(args[0])
    return resolve_actors(
        runtime, lambda resolve: method(*args, **{**named, "actor": resolve(given)})
    )


# -- from an annotation to its check


def _check_of(hint: ast.expr, known: Mapping[str, Check]) -> Check | None:
    """Return what checks a parameter; none where the annotation says too little.

    Args:
        hint: The annotation.
        known: What checks a value, by the name of its type.
    """
    match hint:
        case ast.BinOp(left=rest, op=ast.BitOr(), right=ast.Constant(value=None)):
            return _made(_optional, _check_of(rest, known))
        case ast.BinOp(left=ast.Name(id="FilePath" | "Path"), right=ast.Name(id="str")):
            return _file
        case ast.Subscript(value=ast.Name(id="Callable")):
            return _callable
        case ast.Subscript(
            value=ast.Name(id="Sequence" | "Collection" | "Iterable"), slice=element
        ):
            return _made(_several, _check_of(element, known))
        case ast.Subscript(
            value=ast.Name(id="Mapping"), slice=ast.Tuple(elts=[_, ast.Name(id="Any" | "object")])
        ):
            return _json
        case ast.Subscript(
            value=ast.Name(id="Mapping"), slice=ast.Tuple(elts=[_, ast.Name(id="int")])
        ):
            return _mapping(_id, _anything)  # which numbers, and which are missing: the method says
        case ast.Subscript(value=ast.Name(id="Mapping"), slice=ast.Tuple(elts=[key, value])):
            return _made(_mapping, _check_of(key, known), _check_of(value, known))
        case ast.Name(id=name):
            return known.get(name)
    return None


def _made(make: Callable[..., Check], *parts: Check | None) -> Check | None:
    return None if None in parts else make(*parts)


# -- the checks


def _refuse(where: str, field: str, value: object, expected: str) -> InputError:
    return InputError.of(where, field, value, expected)


def _anything(value: Any, _where: str, _field: str) -> Any:
    return value


def _id(value: Any, where: str, field: str) -> str:
    return parse_id(value, where=where, field=field, limit=LONGEST.get(field, ID_CHARS))


def _text(value: Any, where: str, field: str) -> str:
    return parse_text(value, where=where, field=field)


def _json(value: Any, where: str, field: str) -> dict[str, Any]:
    return parse_json(_exact(value), where=where, field=field)


def _exact(value: Any, depth: int = DEPTH) -> Any:
    """Return JSON values in which decimals and dates are text, so that nothing of them is lost."""
    if isinstance(value, Decimal) and value.is_finite():
        return str(value)
    if isinstance(value, date):
        return value.isoformat()
    if depth and isinstance(value, Mapping):
        return {name: _exact(each, depth - 1) for name, each in value.items()}
    if depth and isinstance(value, list | tuple):
        return [_exact(each, depth - 1) for each in value]
    return value  # what is too deep, parse_json refuses


def _day(value: Any, where: str, field: str) -> Any:
    return parse_day(value, where=where, field=field)


def _instant(value: Any, where: str, field: str) -> Any:
    return as_utc(value, where=where, field=field, years=YEARS if field == "now" else ANY_YEAR)


def _flag(value: Any, where: str, field: str) -> bool:
    if not isinstance(value, bool):
        raise _refuse(where, field, value, "True or False")
    return value


def _number(value: Any, where: str, field: str) -> int:
    least = LEAST.get(field, 0)
    whole = isinstance(value, int) and not isinstance(value, bool)
    if not whole or not least <= value <= WHOLE_NUMBERS:
        raise _refuse(where, field, value, f"a whole number from {least} to 2**53")
    return int(value)


def _percentage(value: Any, where: str, field: str) -> float:
    real = isinstance(value, int | float) and not isinstance(value, bool)
    if not real or not 0 <= value <= 100:
        raise _refuse(where, field, value, "a number from 0 to 100")
    return float(value)


def _bytes(value: Any, where: str, field: str) -> bytes:
    if not isinstance(value, bytes):
        raise _refuse(where, field, type(value), "bytes")
    return value


def _file(value: Any, where: str, field: str) -> FilePath | str:
    if not isinstance(value, str | FilePath) or not _can_name_file(str(value)):
        raise _refuse(where, field, value, "a file's name, as text or a pathlib.Path")
    return value


def _can_name_file(name: str) -> bool:
    """Return whether an operating system takes a file's name; none has NUL or a lone surrogate."""
    try:
        encoded = os.fsencode(name)
    except UnicodeEncodeError:
        return False
    return encoded != b"" and b"\0" not in encoded


def _callable(value: Any, where: str, field: str) -> Any:
    if not callable(value):
        raise _refuse(where, field, value, "something that can be called")
    return value


def _like(expected: str, *methods: str) -> Check:
    """Return what checks that a value has the methods of a protocol."""

    def check(value: Any, where: str, field: str) -> Any:
        if isinstance(value, type) or not all(callable(getattr(value, m, None)) for m in methods):
            raise _refuse(where, field, value, expected)
        return value

    return check


def instance_of(cls: type, expected: str) -> Check:
    """Return what checks that a value is one of a class."""

    def check(value: Any, where: str, field: str) -> Any:
        if not isinstance(value, cls):
            raise _refuse(where, field, value, expected)
        return value

    return check


def _optional(check: Check) -> Check:
    def check_unless_none(value: Any, where: str, field: str) -> Any:
        return None if value is None else check(value, where, field)

    return check_unless_none


def _several(check: Check) -> Check:
    def check_each(value: Any, where: str, field: str) -> Any:
        if isinstance(value, str | bytes | Mapping) or not isinstance(value, Iterable):
            raise _refuse(where, field, value, "several values, as a list")
        return tuple([check(each, where, field) for each in value])

    return check_each


def _mapping(check_key: Check, check_value: Check) -> Check:
    def check_items(value: Any, where: str, field: str) -> Any:
        if not isinstance(value, Mapping):
            raise _refuse(where, field, value, "values by name, as a dict")
        return {
            check_key(key, where, field): each if each == "" else check_value(each, where, field)
            for key, each in value.items()  # what is missing, the method says
        }

    return check_items


_KNOWN: Final[Mapping[str, Check]] = {
    "Actor": instance_of(Actor, "who asks, such as Actor('employee', 'e-7')"),
    "Any": _anything,
    "Channel": _like("a channel, with send and close", "send", "close"),
    "Clock": _like("a clock, with now", "now"),
    "Config": instance_of(Config, "a Config, as Config.load returns it"),
    "Path": instance_of(Path, "a Path, as find returns it"),
    "Random": instance_of(Random, "a random.Random"),
    "Resolver": _callable,
    "bool": _flag,
    "object": _anything,
    "bytes": _bytes,
    "date": _day,
    "datetime": _instant,
    "float": _percentage,
    "int": _number,
}
