"""The viewer: a read-only ASGI app that a host mounts in its own service.

It needs the extra ``viewer``. It changes nothing. The host decides who may look, with a callable
that has no default.
"""

from __future__ import annotations

from lazsa_flow.errors import ExtraError

try:
    from lazsa_flow.viewer.app import viewer
    from lazsa_flow.viewer.gate import Authenticate
    from lazsa_flow.viewer.several import viewer_of_several
except ModuleNotFoundError as _error:
    if (_error.name or "").partition(".")[0] != "starlette":
        raise
    raise ExtraError("viewer", "the viewer") from _error

__all__ = ["Authenticate", "viewer", "viewer_of_several"]
