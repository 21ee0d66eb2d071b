"""Where do Prometheus and a supervisor ask after a group of workers?

``/metrics`` has the sums over the group's processes and how the work stands; ``/healthz`` says that
the group is alive; ``/readyz`` says 503 where database or broker are not fit for work. Loopback
only, unless the deployment's proxy says otherwise.
"""

from __future__ import annotations

import json
import socketserver
from typing import TYPE_CHECKING, Final
from wsgiref.simple_server import WSGIRequestHandler, WSGIServer, make_server

from lazsa_flow import logs
from lazsa_flow.config import Config
from lazsa_flow.errors import LazsaError
from lazsa_flow.programme import Programme
from lazsa_flow.runner import broker
from lazsa_flow.runner.settings import Settings

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

HOST: Final = "127.0.0.1"


class _Server(socketserver.ThreadingMixIn, WSGIServer):
    daemon_threads = True


class _Quiet(WSGIRequestHandler):
    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - as it is overridden
        """Say nothing of a request."""


def serve() -> int:
    """Serve the group's metrics and health until the process is told to end."""
    settings = Settings.read()
    assert settings.metrics_port is not None
    logs.to_stderr(json=settings.json_logs, level=settings.level)
    app = application(settings)
    with make_server(HOST, settings.metrics_port, app, _Server, _Quiet) as server:
        logs.log.info("metrics.serving", port=server.server_port)
        server.serve_forever()
    return 0


def application(settings: Settings) -> Callable[..., Iterable[bytes]]:
    """Make the WSGI application that answers."""
    from prometheus_client import CollectorRegistry, make_wsgi_app
    from prometheus_client.multiprocess import MultiProcessCollector

    from lazsa_flow.runner.metrics import StandingCollector

    programme = Programme.open(settings.database, config=Config.load(settings.config))
    registry = CollectorRegistry()
    MultiProcessCollector(registry)  # type: ignore[no-untyped-call]
    registry.register(StandingCollector(programme))
    metrics = make_wsgi_app(registry)

    def answer(environ: dict[str, str], start: Callable[..., object]) -> Iterable[bytes]:
        path = environ["PATH_INFO"]
        if path == "/metrics":
            return metrics(environ, start)  # type: ignore[no-any-return]
        if path == "/healthz":
            return _json(start, "200 OK", {"alive": True})
        if path == "/readyz":
            faults = unfit(programme, settings)
            return _json(start, "503 Service Unavailable" if faults else "200 OK", faults)
        return _json(start, "404 Not Found", {"paths": "/metrics, /healthz, /readyz"})

    return answer


def unfit(programme: Programme, settings: Settings) -> dict[str, str]:
    """Return what is not fit for work, database or broker, each with what is wrong."""
    faults = {}
    for name, ask in (
        ("database", programme.next_due),
        ("broker", lambda: broker.check(broker.connect(settings.redis))),
    ):
        try:
            ask()
        except LazsaError as error:
            faults[name] = str(error)
    return faults


def _json(start: Callable[..., object], status: str, value: object) -> list[bytes]:
    start(status, [("Content-Type", "application/json")])
    return [json.dumps(value).encode()]
