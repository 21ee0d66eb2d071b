"""``lazsa-flow view``: the live page in a browser."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from lazsa_flow.cli.common import console, open_service, read_now
from lazsa_flow.cli.foresight_options import ShownRehearsal
from lazsa_flow.cli.options import DEFAULT_DATABASES, LOOPBACK, ConfigDir, Databases, Now
from lazsa_flow.cli.process_options import Port, RefreshInterval, RehearsedTimers
from lazsa_flow.cli.several import open_several

if TYPE_CHECKING:
    from lazsa_flow.cli.application import Service
    from lazsa_flow.service.several import SeveralDatabases


def view(
    port: Port = 0,
    every: RefreshInterval = 5.0,
    rehearse_at_most: RehearsedTimers = 5000,
    rehearsal: ShownRehearsal = None,
    database: Databases = DEFAULT_DATABASES,
    config: ConfigDir = None,
    now: Now = None,
) -> None:
    """Show the programme live on this machine alone, until SIGINT or SIGTERM; nothing is changed.

    The address has a key in it, new each time; anyone who has the address may look. With several
    databases, it shows each and their sum; one that cannot be reached is named, and is shown as
    soon as it can be. With --now the clock stands still there, and every page says so: a demo's
    database is looked at on its own date. With --rehearsal, the page of a lifecycle shows what that
    rehearsal foretells next to the past.

    Example: lazsa-flow view --port 8765
    """
    from lazsa_flow.database_urls import strip_name
    from lazsa_flow.extras import needs_extra
    from lazsa_flow.logs import to_stderr

    with needs_extra("viewer", "lazsa-flow view"):
        import starlette  # noqa: F401
        import uvicorn  # noqa: F401 - asked for before anything is opened
    to_stderr(json=False, level="warning")
    at = read_now(now)
    if len(database) > 1:
        _refuse_rehearsal(rehearsal)
        with open_several(database, config, now=at) as several:
            _serve(_behind_a_key(several, every, rehearse_at_most), port)
        return
    with open_service(strip_name(*database), config, now=at) as service:
        if rehearsal is not None:
            _check_rehearsal(service, rehearsal)
        _serve(_behind_a_key(service, every, rehearse_at_most, rehearsal), port)


def _refuse_rehearsal(rehearsal: str | None) -> None:
    """Refuse a rehearsal where several databases are shown.

    Raises:
        InputError: One is given.
    """
    from lazsa_flow.errors import InputError

    if rehearsal is not None:
        raise InputError.of("view", "--rehearsal", rehearsal, "one database: whose it is")


def _check_rehearsal(service: Service, rehearsal: str) -> None:
    """Show a rehearsal once on each lifecycle, so that one that cannot be shown is refused.

    Raises:
        InputError: It cannot be read, or is of another table.
        NotFoundError: There is none of this name.
    """
    from lazsa_flow.foresight.foreseen_moves import show_foreseen
    from lazsa_flow.service.part import runtime_of

    for name in runtime_of(service).rulebook.lifecycles:
        show_foreseen(service, service.picture(name), rehearsal)


def _behind_a_key(
    shown: Service | SeveralDatabases[Any],
    every_s: float,
    rehearse_at_most: int = 5000,
    rehearsal: str | None = None,
) -> tuple[Any, str]:
    """Return the viewer of one service or of several databases as an app under a key, and the key.

    Args:
        shown: What is shown.
        every_s: How old a picture's figures may be.
        rehearse_at_most: Until how many due timers a page rehearses a date.
        rehearsal: The rehearsal that lifecycles show, by its name or the file of its report.
    """
    import secrets

    from starlette.applications import Starlette
    from starlette.middleware import Middleware
    from starlette.middleware.trustedhost import TrustedHostMiddleware
    from starlette.requests import HTTPConnection
    from starlette.routing import Mount

    from lazsa_flow.service.several import SeveralDatabases
    from lazsa_flow.viewer import viewer, viewer_of_several
    from lazsa_flow.viewer.headers import SecurityHeaders

    key = secrets.token_urlsafe(24)

    def has_key(asking: HTTPConnection) -> bool:
        return secrets.compare_digest(asking.path_params["key"].encode(), key.encode())

    options: Any = {"fresh_s": every_s, "rehearse_at_most": rehearse_at_most}
    if isinstance(shown, SeveralDatabases):
        pages = viewer_of_several(shown, authenticate=has_key, **options)
    else:
        pages = viewer(shown, authenticate=has_key, rehearsal=rehearsal, **options)
    app = Starlette(
        routes=[Mount("/{key}", pages)],
        middleware=[
            Middleware(SecurityHeaders),
            Middleware(TrustedHostMiddleware, allowed_hosts=[LOOPBACK, "localhost"]),
        ],
    )
    return app, key


def _serve(keyed: tuple[Any, str], port: int) -> None:
    """Serve on the loopback alone, until a signal."""
    import signal
    import socket
    import threading

    import uvicorn

    app, key = keyed
    ended = threading.Event()
    for each in (signal.SIGINT, signal.SIGTERM):
        signal.signal(each, lambda *_: ended.set())
    with socket.create_server((LOOPBACK, port)) as listening:
        server = uvicorn.Server(uvicorn.Config(app, log_level="warning", lifespan="off"))
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listening]})
        thread.start()
        address = f"http://{LOOPBACK}:{listening.getsockname()[1]}/{key}/"
        console().print(f"{address}\nPress Ctrl-C to end.", soft_wrap=True)
        ended.wait()
        server.should_exit = True
        thread.join()
