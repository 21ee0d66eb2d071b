"""``./dev chaos [FAULT …] [--seed N] [--rounds N] [--json FILE]``: do the faults, tell what held.

Without a fault's name all of them are done, which takes about an hour. Every outcome is told with
the command that repeats it; the exit code is 1 where something did not hold.
"""

from __future__ import annotations

import argparse
import json
import logging
import signal
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tests.chaos.registry import FAULTS
from tests.chaos.stage import Stage

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.chaos.fault import Fault


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="./dev chaos",
        description="Do harm to real processes and servers, and look whether anything is lost.",
        epilog="\n".join(f"  {fault.name:24} {fault.rounds:5} {fault.unit}" for fault in FAULTS),
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("fault", nargs="*", metavar="FAULT", help="which; all by default")
    parser.add_argument("--seed", type=int, help="chance is drawn from it")
    parser.add_argument("--rounds", type=_rounds, help="how often; each fault has its own default")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write the outcomes there")
    arguments = parser.parse_args()
    unknown = set(arguments.fault) - {fault.name for fault in FAULTS}
    if unknown:
        parser.error(f"no such fault: {', '.join(sorted(unknown))}; see --help")
    return arguments


def _rounds(text: str) -> int:
    rounds = int(text)
    if rounds < 1:
        raise argparse.ArgumentTypeError(f"{rounds} is less than 1")
    return rounds


def _run(fault: Fault, seed: int, rounds: int) -> dict[str, Any]:
    began = time.monotonic()
    with Stage(fsync=fault.fsync) as stage:
        outcome = fault.run(stage, seed, rounds)
    command = f"./dev chaos {fault.name} --seed {seed} --rounds {rounds}"
    return {
        "fault": fault.name,
        "rounds": outcome.rounds,
        "lost": outcome.lost,
        "doubled": outcome.doubled,
        "holds": outcome.holds,
        "command": command,
        "what": fault.unit,
        "must": fault.holds,
        "detail": outcome.detail,
        "took_s": round(time.monotonic() - began),
    }


def outcomes(arguments: argparse.Namespace) -> Iterator[dict[str, Any]]:
    """Do the faults that were asked for, one after the other."""
    for fault in FAULTS:
        if arguments.fault and fault.name not in arguments.fault:
            continue
        seeds = range(1, fault.seeds + 1) if arguments.seed is None else (arguments.seed,)
        for seed in seeds:
            yield _run(fault, seed, arguments.rounds or fault.rounds)


def main() -> int:
    """Do the faults and tell what held."""
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))  # and leave no process behind
    arguments, told = _arguments(), []
    logging.getLogger("lazsa_flow").addHandler(logging.NullHandler())  # failures are expected
    for outcome in outcomes(arguments):
        told.append(outcome)
        word = "holds" if outcome["holds"] else "FAILS"
        print(f"{word}  {outcome['fault']}: {outcome['detail']} ({outcome['took_s']} s)")
        print(f"       {outcome['command']}", flush=True)
        if arguments.json:
            arguments.json.write_text(json.dumps(told, indent=2) + "\n", "utf-8")
    return 0 if all(outcome["holds"] for outcome in told) else 1


if __name__ == "__main__":
    sys.exit(main())
