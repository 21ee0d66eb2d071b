"""A command that cannot be undone shows what it would do, and runs only with consent."""

import json
from typing import TYPE_CHECKING

import pytest
import typer
from typer.testing import CliRunner

from lazsa_flow.cli import confirm as confirming
from lazsa_flow.cli.confirm import Forecast, confirm
from lazsa_flow.cli.options import DryRun, Json, Yes
from lazsa_flow.errors import InputError

if TYPE_CHECKING:
    from typer.testing import Result

app = typer.Typer()
LINE = "award-1 of seller s[1]: awarded → retired"


@app.command()
def end(dry_run: DryRun = False, yes: Yes = False, as_json: Json = False) -> None:
    """End something."""

    def forecast() -> Forecast:
        return Forecast([LINE], {"moves": 1})

    if confirm("path end", forecast, dry_run=dry_run, yes=yes, as_json=as_json):
        typer.echo("done")


def typed(*words: str, answer: str | None = None) -> "Result":
    """Type the command, on a terminal if an answer is given."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(confirming, "_is_terminal", lambda: answer is not None)
        return CliRunner().invoke(app, words, input=answer)


def test_a_dry_run_shows_and_stops() -> None:
    """Whatever else is given, ``--dry-run`` prints the forecast and the command does not run."""
    for words in (("--dry-run",), ("--dry-run", "--yes")):
        done = typed(*words)
        assert (done.exit_code, LINE in done.stdout, "done" in done.stdout) == (0, True, False)
    assert json.loads(typed("--dry-run", "--json").stdout) == {"dry_run": True, "moves": 1}


def test_yes_is_consent() -> None:
    """With ``--yes`` nothing is asked."""
    done = typed("--yes")
    assert (done.exit_code, done.output) == (0, "done\n")


def test_without_a_terminal_consent_must_be_typed() -> None:
    """Where nobody can be asked, the command is refused, after what it would have done is shown."""
    done = typed()
    assert isinstance(done.exception, InputError)
    assert done.stdout == ""
    assert LINE in done.stderr
    assert "--yes" in str(done.exception)


@pytest.mark.parametrize(("answer", "code"), [("y\n", 0), ("n\n", 1), ("\n", 1), ("", 1)])
def test_a_terminal_is_asked(answer: str, code: int) -> None:
    """Only a spoken yes runs the command; the question keeps standard output free for data."""
    done = typed(answer=answer)
    assert done.exit_code == code
    assert ("done" in done.stdout) == (code == 0)
    assert "Continue?" not in done.stdout
    assert LINE in done.stderr
