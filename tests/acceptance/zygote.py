"""Run command lines, each in a process of its own that is forked once everything is imported.

A command spends most of its time importing, and the suite types many. The child is a real process:
its arguments, environment, directory, standard streams and exit code are its own.
"""

from __future__ import annotations

import json
import os
import sys
import traceback
from datetime import datetime
from functools import cache
from typing import Any

import typer.main

import lazsa_flow.award.cli.app
import lazsa_flow.award.programme
import lazsa_flow.cli.common
from lazsa_flow.clock import VirtualClock


def run(job: dict[str, Any]) -> int:
    """Run one command line as the console script does; return its exit code.

    Where the job says so, the command's clock stands at an instant.
    """
    if job["now"] is not None:
        clock = VirtualClock(datetime.fromisoformat(job["now"]))
        lazsa_flow.cli.common.make_clock = lambda: clock
    for number, name in ((1, "stdout"), (2, "stderr")):
        stream = os.open(str(job[name]), os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        os.dup2(stream, number)
        os.close(stream)
    os.chdir(str(job["cwd"]))
    os.environ.update(job["env"])
    sys.argv = ["lazsa-flow", *job["argv"]]
    code: object = 0
    try:
        lazsa_flow.award.cli.app.main()
    except SystemExit as ended:
        code = ended.code
    except BaseException:
        traceback.print_exc()
        code = 1
    sys.stdout.flush()
    sys.stderr.flush()
    return code if isinstance(code, int) else int(code is not None)


def main() -> None:
    """Take jobs as JSON lines, and answer each with its exit code."""
    # typer builds its tree of commands for each call, a tenth of a second: here it is built once
    typer.main.get_command = cache(typer.main.get_command)
    typer.main.get_command(lazsa_flow.award.cli.app.app)
    for line in sys.stdin:
        pid = os.fork()
        if pid == 0:
            os._exit(run(json.loads(line)))
        _, status = os.waitpid(pid, 0)
        print(os.waitstatus_to_exitcode(status), flush=True)


if __name__ == "__main__":
    main()
