"""What the docstrings of the public names say: arguments, fields, errors, units.

Everything is read from the running package: the names that ``lazsa_flow`` exports, the methods and
properties of the exported classes, and their fields.
"""

from __future__ import annotations

import ast
import builtins
import inspect
import re
import textwrap
from dataclasses import fields, is_dataclass
from functools import cache
from typing import TYPE_CHECKING, Any, Final, NamedTuple

import lazsa_flow
from docs.pages.docstrings import read_docstring, read_fields
from lazsa_flow import errors

if TYPE_CHECKING:
    from collections.abc import Iterator

    from docs.pages.docstrings import Docstring

SERVICES: Final = ("FlowService", "Programme")
_BY_ARGUMENT: Final = {"actor": "NotAllowedError", "key": "KeyReusedError"}
"""What a method of a service may raise because it takes an argument of this name."""
_ANSWERS: Final = ("Return", "Yield", "List", "Tell", "The ", "Whether", "How ", "Who ", "What ")
"""How the first sentence begins of what needs no section on what is returned."""
_INSTANT: Final = re.compile(r"\b(aware|UTC)\b")
_MEASURE: Final = re.compile(r"\b(seconds?|s|days|shares?|fractions?|dollars|points|units|0 to \d)")


class Documented(NamedTuple):
    """A class, function, method or property, with what its docstring says.

    Attributes:
        name: As a host writes it, such as ``Programme.nominate``.
        target: The class or function itself.
        said: What its docstring says.
        is_property: Whether it is a property, whose first sentence says what it is.
    """

    name: str
    target: Any
    said: Docstring
    is_property: bool = False


@cache
def list_documented() -> tuple[Documented, ...]:
    """List the exported classes, then their public methods and properties."""
    found: list[Documented] = []
    for name in lazsa_flow.__all__:
        exported = getattr(lazsa_flow, name)
        if not inspect.isclass(exported):
            continue
        found.append(Documented(name, exported, read_docstring(exported)))
        found += (
            Documented(
                f"{name}.{own}",
                each,
                read_docstring(each),
                isinstance(vars(exported)[own], property),
            )
            for own, each in list_methods(exported)
        )
    return tuple(found)


def list_methods(owner: type) -> Iterator[tuple[str, Any]]:
    """List the public methods and properties that a class itself has."""
    for name, found in vars(owner).items():
        if name.startswith("_"):
            continue
        if isinstance(found, property):
            yield name, found.fget
        else:
            function = inspect.unwrap(getattr(found, "__func__", found))
            if inspect.isfunction(function):
                yield name, function


def list_fields(owner: type) -> dict[str, str]:
    """List the public fields of a class, each with its annotation."""
    annotations: dict[str, str] = {}
    for base in reversed(owner.__mro__):
        if base.__module__.startswith(("lazsa_flow.", "tests.")):
            annotations |= {
                name: str(each) for name, each in vars(base).get("__annotations__", {}).items()
            }
    if is_dataclass(owner):
        named = {each.name for each in fields(owner)}
    elif issubclass(owner, tuple):
        named = set(getattr(owner, "_fields", ()))
    else:
        named = set(annotations)
    return {
        name: annotations.get(name, "")
        for name in sorted(named, key=[*annotations].index if named <= annotations.keys() else str)
        if not name.startswith("_") and "ClassVar" not in annotations.get(name, "")
    }


def list_faults() -> Iterator[str]:
    """List what the docstrings of the public names leave out."""
    return (fault for each in list_documented() for fault in faults_of(each))


def faults_of(each: Documented) -> Iterator[str]:
    """List what one docstring leaves out, and what it tells of that is not there."""
    if not each.said.summary.endswith("."):
        yield f"{each.name}: no first sentence"
    judge = _judge_class if inspect.isclass(each.target) else _judge_function
    yield from judge(each)
    for error in each.said.sections.get("raises", {}):
        if not _is_error(error):
            yield f"{each.name}: raises {error}, which is no error"


def _judge_class(each: Documented) -> Iterator[str]:
    said = read_fields(each.target)
    own = dict(list_methods(each.target))
    for name, annotation in list_fields(each.target).items():
        if name in own:
            continue
        if name not in said:
            yield f"{each.name}: field {name}"
        yield from _judge_units(f"{each.name}: field {name}", annotation, said.get(name), each)


def _judge_function(each: Documented) -> Iterator[str]:
    signature = inspect.signature(each.target)
    said = {name.lstrip("*"): text for name, text in _section(each, "parameters").items()}
    for name, parameter in signature.parameters.items():
        if name in {"self", "cls"}:
            continue
        where = f"{each.name}: argument {name}"
        if name not in said:
            yield where
        yield from _judge_units(where, str(parameter.annotation), said.get(name), each)
    for name in said.keys() - signature.parameters.keys():
        yield f"{each.name}: tells of an argument {name} that it does not take"
    answers = str(signature.return_annotation) not in {"None", "Self"} and not each.is_property
    summary = each.said.summary
    told = summary.startswith(_ANSWERS) or re.search(r"[;,] (and )?return ", summary)
    if answers and not _section(each, "returns") and not told:
        yield f"{each.name}: what it returns"
    for error in sorted(_needed_errors(each, signature) - _section(each, "raises").keys()):
        yield f"{each.name}: raises {error}"


def _section(each: Documented, kind: str) -> dict[str, str]:
    return each.said.sections.get(kind, {})


def _needed_errors(each: Documented, signature: inspect.Signature) -> set[str]:
    """Return the errors that a method must name, after its arguments and what it raises itself."""
    needed = set[str]()
    if each.name.partition(".")[0] in SERVICES:
        needed |= {_BY_ARGUMENT[name] for name in signature.parameters if name in _BY_ARGUMENT}
        named = signature.parameters.get("path")
        needed |= {"NotFoundError"} if named and str(named.annotation) == "str" else set()
    tree = ast.parse(textwrap.dedent(inspect.getsource(each.target)))
    raised = [node.exc for node in ast.walk(tree) if isinstance(node, ast.Raise) and node.exc]
    names = {part.id for exc in raised for part in ast.walk(exc) if isinstance(part, ast.Name)}
    return needed | {name for name in names if _is_error(name)}


def _judge_units(where: str, annotation: str, text: str | None, each: Documented) -> Iterator[str]:
    if text is None:
        return
    said = text + _section(each, "Units").get("", "")
    if "datetime" in annotation and "Callable" not in annotation and not _INSTANT.search(said):
        yield f"{where}: whether the instant is aware or UTC"
    if re.search(r"\b(float|timedelta|Decimal)\b", annotation) and not _MEASURE.search(said):
        yield f"{where}: its unit"


def _is_error(name: str) -> bool:
    found = getattr(errors, name, None) or getattr(builtins, name, None)
    return inspect.isclass(found) and issubclass(found, BaseException)
