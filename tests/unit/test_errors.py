"""The errors: what they carry, and that they say it without personal data."""

from __future__ import annotations

import pytest

from lazsa_flow.errors import (
    ConfigError,
    ConflictError,
    ExtraError,
    InputError,
    JournalError,
    KeyReusedError,
    LazsaError,
    LifecycleError,
    NoEdgeError,
    NotAllowedError,
    NotFoundError,
    ParkedError,
    Problem,
    RefusedError,
    SchemaError,
    StaleVersionError,
    TransitionError,
    shown,
)
from tests.factories import context as some_context
from tests.factories import facts, guard, policy, utc


def test_there_is_one_tree() -> None:
    """Every error is a LazsaError, so that one except clause catches all that we raise."""
    for kind in (
        *(ConfigError, ConflictError, InputError, JournalError, KeyReusedError, LifecycleError),
        *(NoEdgeError, NotAllowedError, NotFoundError, ParkedError, RefusedError, SchemaError),
        *(StaleVersionError, TransitionError, ExtraError),
    ):
        assert issubclass(kind, LazsaError)


def test_a_problem_reads_as_a_sentence() -> None:
    """A problem names place, field, value and what was expected; without a field, the rest."""
    problem = Problem("facts.csv:7", "joined_on", "'now'", "a date")
    assert str(problem) == "facts.csv:7: joined_on: got 'now', expected a date"
    assert str(Problem("x.toml", "", "''", "TOML")) == "x.toml: got '', expected TOML"


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ("abc", "'abc'"),
        (7, "7"),
        ("\x1b[31m\u202e\n", r"'\x1b[31m\u202e\n'"),
        ("x" * 58, "'" + "x" * 58 + "'"),
        ("x" * 59, "'" + "x" * 58 + "…"),
    ],
)
def test_a_refused_value_is_shown_harmless(value: object, text: str) -> None:
    """A shown value is printable ASCII and at most sixty characters long."""
    assert shown(value) == text
    assert len(shown(value)) <= 60


def test_an_input_error_keeps_every_problem() -> None:
    """All problems are reported at once, in the order of the input, a line each."""
    one, two = Problem("a:1", "x", "1", "2"), Problem("a:2", "y", "3", "4")
    error = ConfigError([one, two])
    assert error.problems == (one, two)
    assert str(error).splitlines() == [str(one), str(two)]
    assert InputError.of("a:1", "x", 1, "2").problems == (one,)
    assert isinstance(ConfigError.of("a:1", "x", 1, "2"), ConfigError)


def test_a_transition_error_names_path_trigger_and_state() -> None:
    """A failed trigger carries where the path stands."""
    error = NoEdgeError("no edge", path="award-1", trigger="renew", state="declined")
    assert (error.path, error.trigger, error.state) == ("award-1", "renew", "declined")
    assert str(error) == "award-1: renew: no edge"


def test_a_refusal_names_every_unmet_guard() -> None:
    """A refused trigger lists the verdicts that do not hold, and keeps them all."""
    seen = some_context(facts=facts())
    verdicts = [
        each.verdict(each.ask(seen), policy())
        for each in (guard("ready"), guard("steady", held=False), guard("go", held=False))
    ]
    error = RefusedError(path="award-1", trigger="close", state="ajar", verdicts=verdicts)
    assert error.verdicts == tuple(verdicts)
    assert str(error) == "award-1: close: not now: steady does not hold; go does not hold"


def test_a_stale_version_carries_both_versions() -> None:
    """Losing a race tells which version was seen and which stands (design.md, rule 4)."""
    error = StaleVersionError(path="award-1", trigger="renew", state="x", expected=3, found=4)
    assert (error.expected, error.found) == (3, 4)
    assert "version 3 was seen, 4 stands" in str(error)


def test_the_others_carry_their_fields() -> None:
    """Each error carries as fields what its text says."""
    table = LifecycleError("door", ["state ajar: never reached"])
    assert (table.lifecycle, table.problems) == ("door", ("state ajar: never reached",))
    assert str(table) == "lifecycle door: state ajar: never reached"

    missing = NotFoundError("path", "award-9\n")
    assert (missing.kind, missing.id) == ("path", "award-9\n")
    assert str(missing) == r"no path 'award-9\n'"

    denied = NotAllowedError(actor="seller:7", action="award", rule="the clock")
    assert (denied.actor, denied.action, denied.rule) == ("seller:7", "award", "the clock")
    assert str(denied) == "'seller:7' may not award: the clock"

    reused = KeyReusedError("k1")
    assert reused.key == "k1"
    assert "'k1'" in str(reused)

    until = utc(2027, 4, 1)
    conflict = ConflictError("seller-1", "an award that is sitting", until)
    assert (conflict.subject, conflict.what, conflict.until) == (
        "seller-1",
        "an award that is sitting",
        until,
    )
    assert ConflictError("seller-1", "x").until is None

    broken = JournalError("award-1", 4, "hash")
    assert (broken.path, broken.seq, str(broken)) == ("award-1", 4, "award-1 seq 4: hash")


def test_a_missing_extra_says_what_to_type() -> None:
    """Whoever lacks an extra is told its name, in words for a shell."""
    error = ExtraError("graph", "a PNG picture")
    assert (error.extra, error.purpose) == ("graph", "a PNG picture")
    assert str(error) == "a PNG picture needs an extra: pip install 'lazsa-flow[graph]'"
