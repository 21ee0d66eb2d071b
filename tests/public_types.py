"""Types of the public surface, as pyright sees them in the installed package.

``pyright --verifytypes`` reports what a type checker of a host's would have to guess. Run by
``./dev lint``; the store and the command line are no interface for hosts and are left out.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

INTERNAL: Final = (
    "lazsa_flow.award.cli.",
    "lazsa_flow.award.store.",
    "lazsa_flow.cli.",
    "lazsa_flow.store.",
)
"""Packages that hosts do not import."""
_COMPOSED = "its methods are those of its parts, which are checked under their own names"
ALLOWED: Final = {
    "lazsa_flow.award.programme.Programme": _COMPOSED,
    "lazsa_flow.foresight.saved_nights.NightCommands": _COMPOSED,
    "lazsa_flow.foresight.started_nights.StartCommands": _COMPOSED,
    "lazsa_flow.lifecycle.values.FrozenDict": "all its changing methods are one that raises",
    "lazsa_flow.service.service.FlowService": _COMPOSED,
}
"""Classes of which something is reported, and why that is as it should be."""
_GUESSED: Final = ("is missing type annotation", "Ambiguous base class", "is unknown")
"""What a message says about a symbol itself, and not about a part of it from elsewhere."""


def report_types() -> Mapping[str, Any]:
    """Run pyright on the installed package and return its report.

    Raises:
        CalledProcessError: Pyright could not run.
    """
    scripts = Path(sys.executable).parent
    environment = {**os.environ, "PATH": f"{scripts}{os.pathsep}{os.environ.get('PATH', '')}"}
    command: list[str | Path] = [
        *(scripts / "pyright", "--verifytypes", "lazsa_flow"),
        *("--ignoreexternal", "--outputjson"),
    ]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    if done.returncode not in (0, 1):
        raise subprocess.CalledProcessError(done.returncode, command, done.stdout, done.stderr)
    report: Mapping[str, Any] = json.loads(done.stdout)["typeCompleteness"]
    return report


def list_guesses(report: Mapping[str, Any]) -> Iterator[str]:
    """List the public symbols whose types a type checker has to guess, with the reason."""
    for symbol in report["symbols"]:
        name: str = symbol["name"]
        if name.startswith(INTERNAL) or name.rpartition(".")[0] in ALLOWED:
            continue
        for each in symbol["diagnostics"] if symbol["isExported"] else ():
            message = each["message"].partition("\n")[0]
            if any(guess in message for guess in _GUESSED):
                yield f"{name}: {message}"


def main() -> int:
    """Print what has to be guessed; the exit code is 1 if there is any."""
    report = report_types()
    guesses = sorted(set(list_guesses(report)))
    for each in guesses:
        print(each)
    exported = sum(report["exportedSymbolCounts"].values())
    print(f"Public types: {exported} symbols, {len(guesses)} to be guessed.")
    return 1 if guesses or not exported else 0


if __name__ == "__main__":
    sys.exit(main())
