"""A back office with FastAPI: nominate once, ask why not, and commit an order with a move.

Run it with ``LAZSA_DATABASE_URL=sqlite:///lazsa.db uvicorn --factory fastapi_service:create_app``.
Before the first start, and after each upgrade: ``lazsa-flow migrate``. What every part is for is
described in docs/how-to/embedding.md.
"""

import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Annotated, Any

import sqlalchemy as sa
from fastapi import Depends, FastAPI, Header, Request
from fastapi.responses import JSONResponse
from pydantic import BaseModel
from sqlalchemy import event
from starlette.requests import HTTPConnection

from lazsa_flow import (
    Actor,
    ConflictError,
    ContendedError,
    InputError,
    KeyReusedError,
    LazsaError,
    NotAllowedError,
    NotFoundError,
    Programme,
    RefusedError,
    TransitionError,
    UnavailableError,
)
from lazsa_flow.viewer import viewer

METADATA = sa.MetaData()
ORDERS = sa.Table(
    "orders",
    METADATA,
    sa.Column("id", sa.String(40), primary_key=True),
    sa.Column("seller", sa.String(64), nullable=False),
    sa.Column("item", sa.String(40), nullable=False),
)
"""The host's own table, in the same database as the programme's."""

STATUS: tuple[tuple[type[LazsaError], int], ...] = (
    (NotFoundError, 404),
    (NotAllowedError, 403),
    (KeyReusedError, 422),
    (InputError, 422),
    (TransitionError, 409),  # refused, no such edge, a stale version, parked
    (ConflictError, 409),
    (ContendedError, 503),
    (UnavailableError, 503),
)
"""Which HTTP status tells of which error; the first that fits."""


class Nomination(BaseModel):
    """What the form sends."""

    seller: str
    statement: str


class TrainerKit(BaseModel):
    """A trainer says yes, and the kit for the first class is ordered."""

    order: str
    seller: str
    path: str
    version: int


def host_engine(url: str) -> sa.Engine:
    """Open the host's own engine; on SQLite with a BEGIN that is really sent."""
    engine = sa.create_engine(url)
    if engine.dialect.name == "sqlite":

        @event.listens_for(engine, "connect")
        def _driver_begins_nothing(connection: Any, _record: Any) -> None:
            connection.isolation_level = None

        @event.listens_for(engine, "begin")
        def _begin(connection: sa.Connection) -> None:
            connection.exec_driver_sql("BEGIN IMMEDIATE")

    return engine


def employee(x_employee: Annotated[str, Header()]) -> Actor:
    """Return who asks. A header stands in for the host's own sign-in: never trust one."""
    return Actor("employee", x_employee)


STAFF = frozenset(os.environ.get("BACK_OFFICE_STAFF", "").split())
"""Who may look at the viewer's pages: they show sellers' figures and reviewers' ids."""


def may_look(asking: HTTPConnection) -> bool:
    """Admit staff to the viewer, by the same sign-in as the rest of the service."""
    return asking.headers.get("X-Employee") in STAFF


def told(error: LazsaError) -> dict[str, Any]:
    """Return an error as JSON: its name, its words, and what could be done about it."""
    body: dict[str, Any] = {"error": type(error).__name__, "message": str(error)}
    if isinstance(error, InputError):
        body["problems"] = [str(problem) for problem in error.problems]
    if isinstance(error, RefusedError):
        body["unmet"] = [
            {"guard": v.name, "wording": v.wording, "earliest": v.earliest and str(v.earliest)}
            for v in error.verdicts
            if not v.held
        ]
    return body


def create_app(url: str | None = None, **options: Any) -> FastAPI:
    """Build the service.

    Args:
        url: The database's URL, with the driver's name for PostgreSQL: ``postgresql+psycopg://``.
        options: For :meth:`Programme.open`; a test gives its clock.
    """
    address = url or os.environ["LAZSA_DATABASE_URL"]

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        # one for the process: it is thread-safe, and each call is a transaction of its own
        with Programme.open(address, **options) as programme:
            app.state.programme = programme
            app.state.engine = host_engine(address)
            METADATA.create_all(app.state.engine)
            app.mount("/viewer", viewer(programme, authenticate=may_look))
            yield
            app.state.engine.dispose()

    app = FastAPI(title="Back office", lifespan=lifespan)

    @app.exception_handler(LazsaError)
    def tell(_request: Request, error: LazsaError) -> JSONResponse:
        status = next((code for kind, code in STATUS if isinstance(error, kind)), 500)
        headers = {"Retry-After": "5"} if status == 503 else None
        return JSONResponse(told(error), status, headers)

    # plain functions, no coroutines: FastAPI runs them in threads, and the library blocks

    @app.post("/nominations", status_code=201)
    def nominate(
        form: Nomination,
        request: Request,
        actor: Annotated[Actor, Depends(employee)],
        idempotency_key: Annotated[str, Header(max_length=150)],
    ) -> dict[str, Any]:
        """Nominate; the same key again gives the first answer, and nominates nobody twice."""
        found = request.app.state.programme.nominate(
            form.seller,
            actor=actor,
            statement=form.statement,
            key=f"{actor}:{idempotency_key}",  # one person's keys are not another's
        )
        return {"path": found.path, "supporting": found.supporting, "cycle_on": found.cycle_on}

    @app.get("/paths/{name}")
    def explain(name: str, request: Request) -> dict[str, Any]:
        """Tell where a path, or a seller's latest one, stands, and what each exit asks for."""
        found = request.app.state.programme.explain(name)
        return {
            "path": found.path.ref,
            "state": found.path.state,
            "version": found.path.seq,
            "policy": found.policy,
            "exits": [
                {
                    "trigger": exit_.trigger,
                    "to": exit_.dest,
                    "who": exit_.who,
                    "ready": exit_.ready,
                    "unmet": [verdict.wording for verdict in exit_.unmet],
                }
                for exit_ in found.exits
            ],
        }

    @app.post("/trainer-kits", status_code=201)
    def order_kit(kit: TrainerKit, request: Request) -> dict[str, Any]:
        """Order a kit and let the seller accept: both are committed, or neither."""
        state = request.app.state
        with state.engine.begin() as connection:
            row = {"id": kit.order, "seller": kit.seller, "item": "trainer kit"}
            connection.execute(sa.insert(ORDERS), row)
            move = state.programme.bind(connection).fire(
                kit.path, "accept", actor=Actor("seller", kit.seller), version=kit.version
            )
        return {"order": kit.order, "state": move.dest, "version": move.seq}

    return app
