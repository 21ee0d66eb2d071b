"""Parts of a service: groups of methods on one runtime, out of which a service is composed.

A part is a class of its own, with methods that belong together. A service shows them under its own
name by :func:`exposed`, so that ``service.pause(...)`` is the method ``Operating.pause`` on the
service's runtime. Nothing is inherited, and nothing is written twice.
"""

from __future__ import annotations

import functools
import inspect
from typing import TYPE_CHECKING, Any, Concatenate, ParamSpec, Protocol, Self, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable

    from lazsa_flow.service.runtime import Runtime

_Args = ParamSpec("_Args")
_Result = TypeVar("_Result")
_Part = TypeVar("_Part", bound="Part")
_PART_OF: dict[Callable[..., Any], type[Part]] = {}
"""By each method of a part, the part."""


class Standing(Protocol):
    """What runs on a runtime: a service, or a part of one."""

    _runtime: Runtime


def runtime_of(service: Standing) -> Runtime:
    """Return the runtime of a service: for workers, viewer, command line and tests."""
    return service._runtime  # noqa: SLF001 - the one place that hands it out


class Part:
    """A group of methods on one runtime.

    Args:
        runtime: The runtime they share.
        service: The class of the service that shows them; by default this one.
    """

    def __init__(self, runtime: Runtime, service: type[Any] | None = None) -> None:
        self._runtime = runtime
        self._service = service or type(self)

    def __init_subclass__(cls) -> None:
        """Take note of the methods, so that they can be exposed."""
        super().__init_subclass__()
        _PART_OF.update((each, cls) for each in vars(cls).values() if inspect.isfunction(each))

    def _dry_run(self, command: Callable[[Self], _Result]) -> _Result:
        """Return what a command of this part would return, changing nothing."""
        return self._runtime.dry_run(
            lambda runtime: command(type(self)(runtime, self._service))
        ).result


def exposed(
    method: Callable[Concatenate[_Part, _Args], _Result],
) -> Callable[Concatenate[Standing, _Args], _Result]:
    """Return a method of a service that is the method of a part on the service's runtime."""
    part: Any = _PART_OF[method]

    @functools.wraps(method)
    def call(service: Standing, /, *args: _Args.args, **named: _Args.kwargs) -> _Result:
        return method(part(runtime_of(service), type(service)), *args, **named)

    return call
