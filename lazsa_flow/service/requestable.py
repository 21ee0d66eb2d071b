"""Requestable commands: those that one person may request and another may have carried out.

A command registers itself by :func:`requestable` at its own method, which stays as it is:
it may still be given without a request. What is stored of a request are the method's arguments as
JSON values; they go through the method's own checks before they are stored, and again when it runs.
"""

from __future__ import annotations

import inspect
from typing import TYPE_CHECKING, Any, Final, NamedTuple, TypeVar

from lazsa_flow.errors import InputError, NotFoundError
from lazsa_flow.lifecycle.calendar import parse_date

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from lazsa_flow.lifecycle.model import Actor
    from lazsa_flow.service.runtime import Runtime

_Method = TypeVar("_Method", bound="Callable[..., Any]")
_MARK: Final = "__requestable__"
_RUN_BY: Final = frozenset({"self", "service", "actor", "key", "dry_run"})
"""Parameters that say by whom and how a command is run, not what it does."""


class RequestableCommand(NamedTuple):
    """A command that may be requested.

    Attributes:
        name: Its name: that of the method.
        permit: By which permit it is allowed; its approver needs the same.
        method: The method of the service.
    """

    name: str
    permit: str
    method: Callable[..., Any]

    def read_arguments(self, given: Mapping[str, Any]) -> dict[str, Any]:
        """Return arguments as the method takes them.

        Args:
            given: The arguments as JSON values.

        Raises:
            InputError: One is unknown or missing, or is no date where a date is needed.
        """
        parameters = {
            name: each
            for name, each in inspect.signature(self.method).parameters.items()
            if name not in _RUN_BY
        }
        for name in given.keys() - parameters.keys():
            expected = f"one of {', '.join(parameters)}" if parameters else "no argument"
            raise InputError.of(self.name, "arguments", name, expected)
        for name, each in parameters.items():
            if each.default is each.empty and name not in given:
                raise InputError.of(self.name, "arguments", None, f"an argument {name}")
        return {
            name: _read(value, str(parameters[name].annotation), self.name, name)
            for name, value in given.items()
        }

    def run(
        self, service: Callable[[Runtime], Any], runtime: Runtime, actor: Actor, given: Any
    ) -> Any:
        """Run the command, as its method does.

        Args:
            service: Makes the service on a runtime.
            runtime: The runtime.
            actor: Who asks.
            given: The arguments as JSON values.
        """
        return self.method(service(runtime), actor=actor, **self.read_arguments(given))


def requestable(permit: str) -> Callable[[_Method], _Method]:
    """Let a method that takes an ``actor`` be requested by one person and approved by another.

    Args:
        permit: The command by whose permit it is allowed.
    """

    def mark(method: _Method) -> _Method:
        setattr(method, _MARK, permit)
        return method

    return mark


def find_command(service: type, name: str) -> RequestableCommand:
    """Return a command of a service that may be requested.

    Args:
        service: The service's class.
        name: The command's name.

    Raises:
        NotFoundError: The service has no such command.
    """
    method = getattr(service, name, None)
    permit = getattr(method, _MARK, None)
    if method is None or permit is None:
        raise NotFoundError("command that may be requested", name, among=_list_names(service))
    return RequestableCommand(name, permit, method)


def _list_names(service: type) -> list[str]:
    return [name for name, each in inspect.getmembers(service) if hasattr(each, _MARK)]


def _read(value: Any, annotation: str, command: str, name: str) -> Any:
    """Return an argument as a date, where the method takes one."""
    if annotation.partition(" ")[0] == "date" and isinstance(value, str):
        return parse_date(value, where=command, field=name)
    return value
