"""Do the services of docs/examples run as they are printed?

Source:
    docs/how-to/embedding.md; design.md, rule 4.
"""

from __future__ import annotations

import importlib.util
import inspect
import re
import sys
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
import sqlalchemy as sa
from fastapi.testclient import TestClient

from lazsa_flow.award.programme import Programme
from lazsa_flow.clock import VirtualClock
from lazsa_flow.lifecycle.model import Actor
from tests import factories
from tests.factories import midnight, noon

if TYPE_CHECKING:
    from collections.abc import Iterator
    from types import ModuleType

EXAMPLES = Path(__file__).parents[2] / "docs" / "examples"
CLOSES = date(2020, 3, 2)
EMPLOYEE = Actor("employee", "emp-1")
FORM = {"seller": "s1", "statement": "Helps others."}


def _load(name: str) -> ModuleType:
    """Import an example by its file, once: Django's settings are the process's."""
    if name not in sys.modules:
        spec = importlib.util.spec_from_file_location(name, EXAMPLES / f"{name}.py")
        assert spec is not None
        assert spec.loader is not None
        module = importlib.util.module_from_spec(spec)
        sys.modules[name] = module
        spec.loader.exec_module(module)
    return sys.modules[name]


@pytest.fixture
def clock() -> VirtualClock:
    """A clock that stands in the nomination window of 1 April 2020."""
    return VirtualClock(noon(date(2020, 2, 10)))


@pytest.fixture
def url(tmp_path: Path, clock: VirtualClock) -> str:
    """A migrated database in which the facts of two sellers are known."""
    url = f"sqlite:///{tmp_path / 'lazsa.db'}"
    Programme.migrate(url)
    with Programme.open(url, clock=clock) as programme:
        rows = [
            factories.facts(seller=seller, as_of=date(2020, 2, 1), joined_on=date(2018, 1, 1))
            for seller in ("s1", "s2")
        ]
        factories.record_facts(programme, rows)
    return url


@pytest.fixture
def programme(url: str, clock: VirtualClock) -> Iterator[Programme]:
    """The same database from outside; at the end its journal verifies."""
    with Programme.open(url, clock=clock) as programme:
        yield programme
        programme.verify_journal()


class TestFastAPI:
    """docs/examples/fastapi_service.py."""

    @pytest.fixture
    def client(self, url: str, clock: VirtualClock) -> Iterator[Any]:
        """The service, started."""
        app = _load("fastapi_service").create_app(url, clock=clock)
        with TestClient(app) as client:
            client.app_state = app.state
            yield client

    def nominate(self, client: Any, key: str = "form-1", **form: str) -> Any:
        """Send the form."""
        headers = {"X-Employee": "emp-1", "Idempotency-Key": key}
        return client.post("/nominations", json={**FORM, **form}, headers=headers)

    def orders(self, client: Any) -> list[str]:
        """Return the host's committed orders."""
        with client.app_state.engine.connect() as connection:
            return list(connection.scalars(sa.text("select id from orders")))

    def invited(self, programme: Programme) -> str:
        """Invite the seller to become a trainer."""
        shown = ("teaching", "speaking")
        return programme.invite_trainer("s1", shown=shown, actor=EMPLOYEE).path

    def test_nominate_once(self, client: Any, programme: Programme) -> None:
        """The same key nominates once and answers alike (design.md, rule 4)."""
        first, again = self.nominate(client), self.nominate(client)
        assert first.status_code == again.status_code == 201
        assert first.json() == again.json()
        assert first.json()["cycle_on"] == "2020-04-01"
        assert len(list(programme.journal())) == 1

    def test_key_of_another_form(self, client: Any) -> None:
        """A key that was used for another form is an error, not an answer (design.md, rule 4)."""
        self.nominate(client)
        refused = self.nominate(client, statement="Another.")
        assert (refused.status_code, refused.json()["error"]) == (422, "KeyReusedError")

    def test_keys_are_each_ones_own(self, client: Any) -> None:
        """Two people may use the same key (embedding.md)."""
        self.nominate(client)
        headers = {"X-Employee": "emp-2", "Idempotency-Key": "form-1"}
        other = client.post("/nominations", json=FORM, headers=headers)
        assert (other.status_code, other.json()["supporting"]) == (201, True)

    def test_without_a_key(self, client: Any, programme: Programme) -> None:
        """A form without a key is not taken (embedding.md)."""
        refused = client.post("/nominations", json=FORM, headers={"X-Employee": "emp-1"})
        assert refused.status_code == 422
        assert not list(programme.journal())

    def test_explain(self, client: Any) -> None:
        """Each exit says who may take it and what stands against it (design.md, rule 3)."""
        path = self.nominate(client).json()["path"]
        for name in (path, "s1"):
            found = client.get(f"/paths/{name}").json()
            assert (found["path"], found["state"], found["version"]) == (path, "nominated", 1)
            assert {exit_["trigger"] for exit_ in found["exits"]} >= {"open_review", "withdraw"}

    def test_errors(self, client: Any, clock: VirtualClock) -> None:
        """What the library refuses has a status of its own (embedding.md)."""
        assert client.get("/paths/nobody").status_code == 404
        assert self.nominate(client, seller="nobody", key="form-2").status_code == 404
        self.nominate(client)
        clock.move_to(midnight(CLOSES))
        late = self.nominate(client, key="form-3")
        assert (late.status_code, late.json()["error"]) == (409, "ConflictError")

    def test_order_and_move(self, client: Any, programme: Programme) -> None:
        """The order and the transition commit together (design.md, rule 4)."""
        kit = {"order": "kit-1", "seller": "s1", "path": self.invited(programme), "version": 2}
        done = client.post("/trainer-kits", json=kit)
        assert done.status_code == 201
        assert done.json() == {"order": "kit-1", "state": "lazstar", "version": 3}
        assert self.orders(client) == ["kit-1"]
        assert programme.find("s1").state == "lazstar"

    @pytest.mark.parametrize(
        ("change", "status", "error"),
        [
            ({"version": 1}, 409, "StaleVersionError"),
            ({"seller": "s2"}, 403, "NotAllowedError"),
            ({"path": "trainer-99"}, 404, "NotFoundError"),
        ],
        ids=["stale", "another seller", "no path"],
    )
    def test_no_move_no_order(
        self, client: Any, programme: Programme, change: Any, status: int, error: str
    ) -> None:
        """Where the move is refused, there is no order either (design.md, rule 4)."""
        kit = {"order": "kit-1", "seller": "s1", "path": self.invited(programme), "version": 2}
        refused = client.post("/trainer-kits", json={**kit, **change})
        assert (refused.status_code, refused.json()["error"]) == (status, error)
        assert self.orders(client) == []
        assert programme.find("s1").state == "invited"

    def test_viewer_admits_staff(self, client: Any, monkeypatch: pytest.MonkeyPatch) -> None:
        """The documented callable needs no middleware: staff see the pages, others see nothing."""
        monkeypatch.setattr(_load("fastapi_service"), "STAFF", frozenset({"emp-1"}))
        for path in ("/viewer/", "/viewer/due", "/viewer/health"):
            assert client.get(path, headers={"X-Employee": "emp-1"}).status_code == 200
            for headers in ({"X-Employee": "emp-2"}, {}):
                assert client.get(path, headers=headers).status_code == 403

    def test_no_order_no_move(self, client: Any, programme: Programme, url: str) -> None:
        """Where the order cannot be written, nothing of the move is (design.md, rule 4)."""
        kit = {"order": "kit-1", "seller": "s1", "path": self.invited(programme), "version": 2}
        with client.app_state.engine.begin() as connection:
            connection.execute(sa.text("insert into orders values ('kit-1', 's9', 'kit')"))
        with pytest.raises(sa.exc.IntegrityError):
            client.post("/trainer-kits", json=kit)
        assert programme.find("s1").state == "invited"


class TestDjango:
    """docs/examples/django_service.py."""

    @pytest.fixture
    def client(self, url: str, clock: VirtualClock) -> Iterator[Any]:
        """The service on this test's database."""
        service = _load("django_service")
        import django
        from django.test import Client, override_settings

        django.setup(set_prefix=False)
        with override_settings(LAZSA_DATABASE_URL=url, LAZSA_OPTIONS={"clock": clock}):
            yield Client()
        if service.programme.cache_info().currsize:
            service.programme().close()
            service.programme.cache_clear()

    def nominate(self, client: Any, key: str = "form-1", who: str = "emp-1", **form: str) -> Any:
        """Send the form."""
        headers = {"X-Employee": who, "Idempotency-Key": key}
        body = {**FORM, **form}
        return client.post("/nominations", body, content_type="application/json", headers=headers)

    def test_nominate_once(self, client: Any, programme: Programme) -> None:
        """The same key nominates once and answers alike (design.md, rule 4)."""
        first, again = self.nominate(client), self.nominate(client)
        assert first.status_code == again.status_code == 201
        assert first.json() == again.json()
        assert len(list(programme.journal())) == 1

    def test_explain(self, client: Any) -> None:
        """Each exit says who may take it and what stands against it (design.md, rule 3)."""
        path = self.nominate(client).json()["path"]
        found = client.get(f"/paths/{path}").json()
        assert (found["path"], found["state"]) == (path, "nominated")
        withdraw = next(e for e in found["exits"] if e["trigger"] == "withdraw" and e["unmet"])
        assert "last nomination" in withdraw["unmet"][0]

    def test_withdraw(self, client: Any, programme: Programme) -> None:
        """A nominator takes back their own nomination, and nobody else's (Nomination)."""
        path = self.nominate(client).json()["path"]
        page = f"/paths/{path}/withdrawal"
        other = client.post(page, headers={"X-Employee": "emp-2"})
        assert (other.status_code, other.json()["error"]) == (403, "NotAllowedError")
        done = client.post(page, headers={"X-Employee": "emp-1"})
        assert (done.status_code, done.json()["withdrawn"]) == (200, True)
        assert programme.find("s1").state == "withdrawn"

    @pytest.mark.parametrize(
        ("ask", "status"),
        [
            (lambda self, c: c.get("/paths/nobody"), 404),
            (lambda self, c: self.nominate(c, seller="nobody", key="form-2"), 404),
            (lambda self, c: self.nominate(c, statement="Another."), 422),
            (lambda self, c: self.nominate(c, key="form-2"), 409),
            (lambda self, c: self.nominate(c, who=""), 403),
            (lambda self, c: c.post("/nominations", "{", content_type="application/json"), 400),
            (lambda self, c: c.get("/nominations"), 405),
        ],
        ids=[
            "no path",
            "no seller",
            "key reused",
            "nominated already",
            "nobody",
            "no form",
            "method",
        ],
    )
    def test_errors(self, client: Any, ask: Any, status: int) -> None:
        """What the library refuses has a status of its own (embedding.md)."""
        self.nominate(client)
        assert ask(self, client).status_code == status


class TestDjangoViewer:
    """The viewer next to Django, behind Django's own sign-in."""

    @pytest.fixture
    def client(
        self, url: str, clock: VirtualClock, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> Iterator[Any]:
        """The application of both, on Django's own database with two users."""
        monkeypatch.setenv("DJANGO_DATABASE", str(tmp_path / "django.sqlite3"))
        service = _load("django_service")
        import django
        from django.core.management import call_command
        from django.db import connections
        from django.test import override_settings

        django.setup(set_prefix=False)
        connections["default"].close()
        connections["default"].settings_dict["NAME"] = str(tmp_path / "django.sqlite3")
        with override_settings(LAZSA_DATABASE_URL=url, LAZSA_OPTIONS={"clock": clock}):
            call_command("migrate", verbosity=0)
            with TestClient(service.create_app(), base_url="http://localhost") as client:
                yield client
        service.programme().close()
        service.programme.cache_clear()
        connections.close_all()

    def sign_in(self, name: str, **fields: bool) -> dict[str, str]:
        """Return the cookie of a user who has signed in to Django."""
        from django.conf import settings
        from django.contrib.auth.models import User
        from django.test import Client

        user = User(username=name, **fields)
        user.save()
        browser = Client()
        browser.force_login(user)
        return {"cookie": f"sessionid={browser.cookies[settings.SESSION_COOKIE_NAME].value}"}

    def test_admits_staff_alone(self, client: Any) -> None:
        """Staff who are signed in see the pages; others, and whoever makes a cookie up, do not."""
        staff = self.sign_in("staff", is_staff=True)
        for path in ("/viewer/", "/viewer/due", "/viewer/health"):
            assert client.get(path, headers=staff).status_code == 200
        for other in (
            {},
            {"cookie": "sessionid=made-up"},
            self.sign_in("seller"),
            self.sign_in("former", is_staff=True, is_active=False),
        ):
            assert client.get("/viewer/", headers=other).status_code == 403
        assert client.get("/paths/nobody").status_code == 404  # Django answers all else


@pytest.mark.parametrize("name", ["fastapi_service", "django_service"])
def test_documented_callable_is_the_examples(name: str) -> None:
    """What docs/how-to/embedding.md prints of the viewer's callable is what the examples run."""
    told = inspect.getsource(_load(name).may_look)
    assert told in (EXAMPLES.parent / "how-to" / "embedding.md").read_text("utf-8")


def test_examples_need_no_more_than_is_public() -> None:
    """The examples import public names alone: of the package, and of its viewer (embedding.md)."""
    for file in EXAMPLES.glob("*.py"):
        text = file.read_text("utf-8")
        assert set(re.findall(r"from lazsa_flow\.(\w+)", text)) <= {"viewer"}
