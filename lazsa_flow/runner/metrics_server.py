"""The HTTP server that Prometheus and a supervisor ask about a process or a group of them.

``/metrics`` shows finished and waiting work; ``/healthz`` returns 503 if a loop hangs; ``/readyz``
returns 503 if database or broker cannot be used, with the reason, and names the pauses in force. A
group of workers has a separate process for it (run as ``python -m
lazsa_flow.runner.metrics_server``); a single process has a thread. It binds to loopback only,
unless the deployment says otherwise.
"""

from __future__ import annotations

import json
import socket
import socketserver
import threading
from contextlib import contextmanager
from typing import TYPE_CHECKING
from wsgiref.simple_server import WSGIRequestHandler, WSGIServer

from lazsa_flow import logs
from lazsa_flow.config import Config
from lazsa_flow.errors import InputError
from lazsa_flow.extras import needs_extra
from lazsa_flow.runner import fitness
from lazsa_flow.runner.lifeline import follow_supervisor
from lazsa_flow.runner.settings import Settings
from lazsa_flow.service.installed import load_service

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping

    from prometheus_client import CollectorRegistry

    from lazsa_flow.runner.pulse import Pulse
    from lazsa_flow.runner.settings import Address
    from lazsa_flow.service.service import FlowService

    Application = Callable[..., Iterable[bytes]]


class _Server(socketserver.ThreadingMixIn, WSGIServer):
    daemon_threads = True

    def server_bind(self) -> None:
        """Bind without asking who this machine is, which may take long."""
        socketserver.TCPServer.server_bind(self)
        self.server_name, self.server_port = str(self.server_address[0]), self.server_address[1]
        self.setup_environ()


class _Server6(_Server):
    address_family = socket.AF_INET6


class _Quiet(WSGIRequestHandler):
    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - as it is overridden
        """Say nothing of a request."""

    def address_string(self) -> str:
        """Return the address without asking for its name."""
        return str(self.client_address[0])


def serve_metrics_process() -> None:
    """Serve a group's metrics and health until the process is asked to stop."""
    settings = Settings.read()
    assert settings.address is not None
    follow_supervisor()
    logs.to_stderr(json=settings.json_logs, level=settings.level)
    with _bind_server(settings.address, group_application(settings)) as server:
        server.serve_forever()


@contextmanager
def serve_metrics_in_thread(
    address: Address | None, application: Callable[[], Application]
) -> Iterator[None]:
    """Serve an application in a thread for as long as the block runs, if there is an address."""
    if address is None:
        yield
        return
    with _bind_server(address, application()) as server:
        thread = threading.Thread(target=server.serve_forever, name="metrics", daemon=True)
        thread.start()
        try:
            yield
        finally:
            server.shutdown()
            thread.join()


def _bind_server(address: Address, application: Application) -> _Server:
    """Bind a server to an address.

    Raises:
        InputError: It is not to be had.
    """
    kind = _Server6 if ":" in address.host else _Server
    try:
        server = kind((address.host, address.port), _Quiet)
    except OSError as error:
        where = f"{address.host}:{address.port}"
        expected = f"an address of this machine that is free ({error.strerror})"
        raise InputError.of("metrics", "address", where, expected) from None
    server.set_app(application)
    logs.log.info("metrics.serving", host=address.host, port=server.server_port)
    return server


def group_application(settings: Settings) -> Application:
    """Make what answers for a group: it sums up what the group's processes have counted."""
    with needs_extra("worker", "metrics"):
        from prometheus_client import CollectorRegistry
        from prometheus_client.multiprocess import MultiProcessCollector

    registry = CollectorRegistry()
    MultiProcessCollector(registry)  # type: ignore[no-untyped-call]
    opened = OpenedOnce(settings)
    return build_wsgi_application(
        registry, opened, fitness.list_deployment_parts(opened, settings.redis)
    )


def process_application(
    service: FlowService, redis: str | None, pulse: Pulse, **more: Callable[[], object]
) -> Application:
    """Make what answers for a process that has a loop of its own, and counts nothing.

    Args:
        service: On the process's database.
        redis: The broker's URL, if it needs one.
        pulse: Of its loop.
        **more: Further parts that it needs, by name; see :mod:`.fitness`.
    """
    with needs_extra("worker", "metrics"):
        from prometheus_client import CollectorRegistry

    parts = {**fitness.list_deployment_parts(lambda: service, redis), **more}
    return build_wsgi_application(
        CollectorRegistry(), lambda: service, parts, pulse, standing=False
    )


class OpenedOnce:
    """Opens the service when it is first asked for, and again where that failed."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._lock = threading.Lock()
        self._service: FlowService | None = None

    def __call__(self) -> FlowService:
        """Return the service.

        Raises:
            LazsaError: It cannot be opened now.
        """
        with self._lock:
            if self._service is None:
                config = Config.load(self._settings.config)
                self._service = load_service().open(self._settings.database, config=config)
            return self._service


def build_wsgi_application(
    registry: CollectorRegistry,
    service: Callable[[], FlowService],
    parts: Mapping[str, Callable[[], object]],
    pulse: Pulse | None = None,
    *,
    standing: bool = True,
) -> Application:
    """Make the WSGI application that answers.

    Args:
        registry: Of what was counted; what is asked for at each scrape is registered here.
        service: Returns the service; it may raise where its database cannot be opened.
        parts: What readiness asks; see :mod:`.fitness`.
        pulse: Of the process's loop; a process that only answers has none.
        standing: Whether it reports the waiting work; one process of a deployment should.
    """
    with needs_extra("worker", "metrics"):
        from prometheus_client import make_wsgi_app

    from lazsa_flow.runner.metrics import OversightCollector, ReadyCollector, StandingCollector

    registry.register(ReadyCollector(parts))
    if standing:
        registry.register(StandingCollector(service))
        registry.register(OversightCollector(service))
    metrics = make_wsgi_app(registry)

    def answer(environ: dict[str, str], start: Callable[..., object]) -> Iterable[bytes]:
        path = environ["PATH_INFO"]
        if path == "/metrics":
            return metrics(environ, start)  # type: ignore[no-any-return]
        if path == "/healthz":
            alive = pulse is None or pulse.alive
            return _write_json_answer(start, alive, {"alive": alive})
        if path == "/readyz":
            faults = fitness.find_unfit_parts(parts)
            return _write_json_answer(start, not faults, faults or _list_pauses_by_scope(service()))
        return _write_json_answer(start, None, {"paths": "/metrics, /healthz, /readyz"})

    return answer


def _list_pauses_by_scope(service: FlowService) -> dict[str, list[str]]:
    """Return the pauses in force; nothing where there is none."""
    pauses = [str(each) for each in service.pauses()]
    return {"paused": pauses} if pauses else {}


def _write_json_answer(
    start: Callable[..., object], well: bool | None, value: object
) -> list[bytes]:
    statuses = {True: "200 OK", False: "503 Service Unavailable", None: "404 Not Found"}
    start(statuses[well], [("Content-Type", "application/json")])
    return [json.dumps(value).encode()]


if __name__ == "__main__":
    serve_metrics_process()
