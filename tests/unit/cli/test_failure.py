"""A command that fails says why, as text or, where data was asked for, as one JSON document."""

from __future__ import annotations

import json

import pytest

from lazsa_flow.cli.failure import fail, fail_usage
from lazsa_flow.errors import (
    ConflictError,
    InputError,
    LazsaError,
    LifecycleError,
    NotFoundError,
    Problem,
    RefusedError,
)
from tests.factories import guard, policy


def said(capsys: pytest.CaptureFixture[str], error: LazsaError | OSError, *words: str) -> str:
    """Return what is said of an error."""
    with pytest.raises(SystemExit, match="1"):
        fail(error, words)
    told = capsys.readouterr()
    assert told.out == ""
    return told.err


def test_people_read_a_line(capsys: pytest.CaptureFixture[str]) -> None:
    """Without ``--json`` it is the message."""
    assert said(capsys, NotFoundError("seller", "s1"), "show", "s1") == "error: no seller 's1'\n"
    missing = FileNotFoundError(2, "No such file or directory", "f.csv")
    assert said(capsys, missing) == "error: f.csv: No such file or directory\n"


def test_programs_read_a_document(capsys: pytest.CaptureFixture[str]) -> None:
    """With ``--json`` the error's name and fields are told, too."""
    found = json.loads(said(capsys, NotFoundError("seller", "s1"), "show", "s1", "--json"))
    assert found == {
        "error": "NotFoundError",
        "message": "no seller 's1'",
        "kind": "seller",
        "id": "s1",
    }
    wrong = InputError([Problem("f.csv:2", "country", "'XX'", "a country")])
    [problem] = json.loads(said(capsys, wrong, "--json"))["problems"]
    assert problem == {
        "where": "f.csv:2",
        "field": "country",
        "value": "'XX'",
        "expected": "a country",
    }


def test_a_refusal_has_its_verdicts(capsys: pytest.CaptureFixture[str]) -> None:
    """Each guard is told with what it found."""
    calm = guard("calm", held=False)
    verdict = calm.verdict((False, "3", None), policy())
    refused = RefusedError(path="award-1", trigger="retire", state="awarded", verdicts=[verdict])
    found = json.loads(said(capsys, refused, "fire", "--json"))
    assert (found["path"], found["trigger"], found["state"]) == ("award-1", "retire", "awarded")
    assert [(each["name"], each["held"]) for each in found["verdicts"]] == [("calm", False)]


def test_every_kind_is_a_document(capsys: pytest.CaptureFixture[str]) -> None:
    """Fields that are no JSON values stand in the message alone."""
    for error in (LifecycleError("door", ["no state"]), ConflictError("s1", "taken")):
        assert json.loads(said(capsys, error, "--json"))["message"] == str(error)


def test_a_wrong_command_line_is_a_document(capsys: pytest.CaptureFixture[str]) -> None:
    """What is wrong with the words themselves is told in the same shape, with its own exit code."""
    with pytest.raises(SystemExit, match="2"):
        fail_usage("UsageError", "no such option", code=2)
    assert json.loads(capsys.readouterr().err) == {
        "error": "UsageError",
        "message": "no such option",
    }
