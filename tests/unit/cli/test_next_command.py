"""After an error stands the command that helps, for the same database."""

from __future__ import annotations

import shlex
from typing import TYPE_CHECKING, Final

import pytest

from lazsa_flow import errors
from lazsa_flow.award.cli.app import app
from lazsa_flow.cli.failure import fail
from lazsa_flow.cli.next_command import find_next_command
from lazsa_flow.errors import InputError, LazsaError, NotFoundError, SchemaError

if TYPE_CHECKING:
    from collections.abc import Iterator

ON: Final = ("--database", "sqlite:///a b.db")
MOVE: Final = {"path": "award-1", "trigger": "retire", "state": "awarded"}
EXAMPLES: Final = {
    errors.BrokerError("Redis does not answer"): "doctor",
    errors.ClockError(90.0, 5.0): "doctor",
    errors.ClosedError(): None,
    errors.ConfigError.of("award.toml", "panel.mean", "'x'", "a number"): "config check",
    errors.ConflictError("s-1", "has an open path of the lifecycle award"): "show s-1",
    errors.ContendedError("the database gave up"): None,
    errors.DamagedError("the database is damaged"): "restore BACKUP",
    errors.DeliveryError("timeout"): "outbox --parked",
    errors.GuardError("ready", "raised KeyError", path="award-1"): "parked",
    errors.HeldError("a process has the database open"): None,
    errors.HostCodeError("clock", "returned text"): "parked",
    errors.InputError.of("option", "--now", "x", "an instant"): "nominate --help",
    errors.JournalError("award-1", 3, "the chain is broken"): "verify",
    errors.KeyReusedError("k"): None,
    errors.LifecycleError("award", ["no state"]): None,
    errors.MachineMismatchError("award", "awarded", "retire"): "doctor",
    errors.MalformedError("path", 1): "doctor",
    errors.NoEdgeError("no edge", **MOVE): "explain award-1",
    errors.NotAllowedError(actor="host:h", action="retire", rule="operators"): None,
    errors.NotFoundError("seller", "s-1"): "list",
    errors.ParkedError("is set aside", **MOVE): "parked",
    errors.PausedError(path="award-1", timer="close", scope="PH"): "pauses",
    errors.RefusedError(verdicts=(), **MOVE): "explain award-1",
    errors.ReplacedError(): None,
    errors.SchemaError("no schema; run: lazsa-flow migrate"): "migrate",
    errors.StaleVersionError(expected=1, found=2, **MOVE): "explain award-1",
    errors.StorageError("the database refused"): "doctor",
    errors.TemplateError("due.txt", 3, "no such word"): "config check",
    errors.TransitionError("no", **MOVE): "explain award-1",
    errors.UnavailableError("the database does not answer"): "doctor",
    errors.UnknownTriggerError("no such trigger", among=("retire",), **MOVE): "explain award-1",
}
"""An error of each class, and the words of the command that helps."""


def _classes(root: type[LazsaError] = LazsaError) -> Iterator[type[LazsaError]]:
    for each in root.__subclasses__():
        if each.__module__.startswith("lazsa_flow.errors"):
            yield each
        yield from _classes(each)


def test_every_class_has_its_example() -> None:
    """Whoever adds an error decides what to type after it; a missing extra names pip's command."""
    assert {type(each) for each in EXAMPLES} == set(_classes()) - {errors.ExtraError}
    extra = errors.ExtraError("graph", "a picture")
    assert find_next_command(app, extra, ["graph"]) == "pip install 'lazsa-flow[graph]'"


@pytest.mark.parametrize("error", EXAMPLES, ids=lambda error: type(error).__name__)
def test_the_command_is_for_the_same_database(error: LazsaError) -> None:
    """It takes over ``--database``, in quotes where a shell needs them."""
    expected = EXAMPLES[error]
    found = find_next_command(app, error, ["nominate", "s-1", "--as", "employee:e-1", *ON])
    if expected is None:
        assert found is None
        return
    on = "" if expected.endswith("--help") else f" {shlex.join(ON)}"
    assert found == f"lazsa-flow {expected}{on}"


@pytest.mark.parametrize(
    ("words", "error", "expected"),
    [
        (["import", "facts", "f.csv", *ON], InputError.of("f.csv:1", "a", "", "b"), "--example"),
        (["policy", "show", "x"], NotFoundError("policy", "x/1"), "policy list"),
        (["country", "show", "XX"], NotFoundError("country", "XX"), "country list"),
        (["resume", "PH"], errors.ConflictError("PH", "not paused"), "pauses"),
        (["doctor", *ON], SchemaError("the database lacks a table"), None),
        (["panel", "list", "PH"], errors.ConflictError("PH", "taken"), None),
        (["show", "s-1"], OSError(2, "No such file", "f"), None),
        ([], InputError.of("option", "--now", "x", "an instant"), None),
        (["nominate"], errors.TransitionError("no", **{**MOVE, "path": ""}), None),
    ],
)
def test_it_follows_what_was_typed(
    words: list[str], error: LazsaError | OSError, expected: str | None
) -> None:
    """A file's errors lead to a valid file, and no command leads to itself."""
    found = find_next_command(app, error, words)
    assert (found is None) == (expected is None)
    assert found is None or found.endswith(expected or "")


def test_passwords_stay_out() -> None:
    """A database's password is not repeated, wherever in the URL it stands."""
    url = "postgresql://u:p@ss@host/db?x=1&password=secret"
    words = ["sweep", f"--database={url}", "--config", "conf", "--", "--database", "later"]
    found = find_next_command(app, errors.UnavailableError("no answer"), words)
    masked = "postgresql://u:***@host/db?x=1&password=***"
    assert found == f"lazsa-flow doctor --database '{masked}' --config conf"


def test_people_and_programs_are_told(capsys: pytest.CaptureFixture[str]) -> None:
    """It is a second line, unless the message has it, and a field of the document."""
    for words, said in (
        ([], "error: no seller 's1'\nnext: lazsa-flow list\n"),
        (["--json"], '"next": "lazsa-flow list"}\n'),
    ):
        with pytest.raises(SystemExit):
            fail(NotFoundError("seller", "s1"), words, "lazsa-flow list")
        assert capsys.readouterr().err.endswith(said)
    with pytest.raises(SystemExit):
        fail(SchemaError("run: lazsa-flow migrate"), [], "lazsa-flow migrate")
    assert capsys.readouterr().err == "error: run: lazsa-flow migrate\n"
