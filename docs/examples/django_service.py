"""A back office with Django in one file; the programme lives in a database of its own.

Run it with ``LAZSA_DATABASE_URL=sqlite:///lazsa.db uvicorn --factory django_service:create_app``;
``python django_service.py runserver`` serves the same without the viewer. Before the first start,
and after each upgrade: ``lazsa-flow migrate``, and Django's own ``python django_service.py
migrate``. What every part is for is described in docs/how-to/embedding.md.
"""

import json
import os
import sys
from collections.abc import Callable
from functools import cache, wraps
from typing import Any

from django.conf import settings

if not settings.configured:
    settings.configure(
        ALLOWED_HOSTS=["localhost", "testserver"],
        ROOT_URLCONF=__name__,
        SECRET_KEY=os.environ.get("DJANGO_SECRET_KEY", "only for this example"),
        # the programme's tables are its own: Django's ORM and migrations know nothing of them
        LAZSA_DATABASE_URL=os.environ.get("LAZSA_DATABASE_URL", "sqlite:///lazsa.db"),
        LAZSA_OPTIONS={},
        MIDDLEWARE=[
            "django.contrib.sessions.middleware.SessionMiddleware",
            "django.middleware.common.CommonMiddleware",
            "django.contrib.auth.middleware.AuthenticationMiddleware",
        ],
        INSTALLED_APPS=[
            "django.contrib.auth",
            "django.contrib.contenttypes",
            "django.contrib.sessions",
        ],
        DATABASES={
            "default": {
                "ENGINE": "django.db.backends.sqlite3",
                "NAME": os.environ.get("DJANGO_DATABASE", "django.sqlite3"),
            }
        },
    )

import django
from django.contrib.auth import get_user
from django.core.asgi import get_asgi_application
from django.core.exceptions import PermissionDenied
from django.db import close_old_connections
from django.http import HttpRequest, JsonResponse
from django.urls import path
from django.utils.module_loading import import_string
from django.views.decorators.http import require_GET, require_POST
from starlette.applications import Starlette
from starlette.requests import HTTPConnection
from starlette.routing import Mount

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
    TransitionError,
    UnavailableError,
)
from lazsa_flow.viewer import viewer

View = Callable[..., JsonResponse]

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


@cache
def programme() -> Programme:
    """Return the one programme of this process, opened at the first request.

    It is thread-safe. A server that forks opens it after the fork, as here: no connection may be
    shared between processes.
    """
    return Programme.open(settings.LAZSA_DATABASE_URL, **settings.LAZSA_OPTIONS)


def telling(view: View) -> View:
    """Answer with the fitting status where the library refuses."""

    @wraps(view)
    def answered(request: HttpRequest, **kwargs: Any) -> JsonResponse:
        try:
            return view(request, **kwargs)
        except LazsaError as error:
            status = next((code for kind, code in STATUS if isinstance(error, kind)), 500)
            body = {"error": type(error).__name__, "message": str(error)}
            headers = {"Retry-After": "5"} if status == 503 else {}
            return JsonResponse(body, status=status, headers=headers)

    return answered


def who(request: HttpRequest) -> Actor:
    """Return who asks. A header stands in for the host's own sign-in: never trust one."""
    name = request.headers.get("X-Employee")
    if not name:
        raise PermissionDenied
    return Actor("employee", name)


@require_POST
@telling
def nominate(request: HttpRequest) -> JsonResponse:
    """Nominate; the same key again gives the first answer, and nominates nobody twice."""
    try:
        form = json.loads(request.body)
        seller, statement = str(form["seller"]), str(form["statement"])
        key = request.headers["Idempotency-Key"]
    except (ValueError, KeyError, TypeError) as error:
        body = {"error": type(error).__name__, "message": "seller, statement and Idempotency-Key"}
        return JsonResponse(body, status=400)
    actor = who(request)
    found = programme().nominate(seller, actor=actor, statement=statement, key=f"{actor}:{key}")
    return JsonResponse(
        {"path": found.path, "supporting": found.supporting, "cycle_on": found.cycle_on}, status=201
    )


@require_GET
@telling
def explain(request: HttpRequest, name: str) -> JsonResponse:
    """Tell where a path, or a seller's latest one, stands, and what each exit asks for."""
    found = programme().explain(name)
    exits = [
        {
            "trigger": exit_.trigger,
            "who": exit_.who,
            "unmet": [verdict.wording for verdict in exit_.unmet],
        }
        for exit_ in found.exits
    ]
    return JsonResponse({"path": found.path.ref, "state": found.path.state, "exits": exits})


@require_POST
@telling
def withdraw(request: HttpRequest, name: str) -> JsonResponse:
    """Let a nominator take their own nomination back."""
    move = programme().withdraw_nomination(name, actor=who(request))
    return JsonResponse({"path": name, "withdrawn": move is not None})


urlpatterns = [
    path("nominations", nominate),
    path("paths/<str:name>", explain),
    path("paths/<str:name>/withdrawal", withdraw),
]


def may_look(asking: HTTPConnection) -> bool:
    """Admit Django's staff to the viewer, by the session that they have signed in to."""
    request = HttpRequest()
    store = import_string(f"{settings.SESSION_ENGINE}.SessionStore")
    request.session = store(asking.cookies.get(settings.SESSION_COOKIE_NAME))
    close_old_connections()  # no request of Django's begins here, or ends
    try:
        user = get_user(request)
        return user.is_active and getattr(user, "is_staff", False)
    finally:
        close_old_connections()


def create_app() -> Starlette:
    """Return the ASGI application: the viewer below ``/viewer``, and Django for all else."""
    django.setup(set_prefix=False)
    pages = viewer(programme(), authenticate=may_look)
    others: Any = get_asgi_application()
    return Starlette(routes=[Mount("/viewer", pages), Mount("/", others)])


if __name__ == "__main__":
    from django.core.management import execute_from_command_line

    execute_from_command_line(sys.argv)
