"""The wheel that is built, installed as a deployment and as a host install it."""

from __future__ import annotations

import json
import os
import re
import shutil
import signal
import subprocess
import sys
import urllib.request
from importlib.metadata import distribution
from pathlib import Path
from typing import TYPE_CHECKING, Final
from zipfile import ZipFile

import pytest

from tests.acceptance.container import Image
from tests.acceptance.shell import ROOT, eventually, lines_of
from tests.distribution import build
from tests.distribution.locks import RUN, UV, read_pins
from tests.servers import free_port

if TYPE_CHECKING:
    from collections.abc import Iterator

CONFIG: Final = ROOT / "config"
INVOICE: Final = ROOT / "docs" / "examples" / "invoice"
BESIDE: Final = ("fastapi", "django", "django-stubs", "pytest")
"""What the examples of docs/examples need beside the wheel."""
FEW: Final = 40
"""Sellers of the demo: of so few, some are due in its database too."""
EMBEDDING: Final = """
from datetime import date
from decimal import Decimal
from lazsa_flow import Actor, ExtraError, Facts, Programme

Programme.migrate("sqlite:///host.db")
with Programme.open("sqlite:///host.db") as programme:
    programme.record_facts([Facts("s-1", "SG", as_of=date(2026, 9, 1), gmv_rate=Decimal("0.3"))])
    path = programme.nominate("s-1", actor=Actor("employee", "e-7"), statement="Helps.").path
    print(programme.find(path).state, programme.sweep().moved)
    try:
        programme.relay()
    except ExtraError as error:
        print(error.install)
"""


def _run(*argv: str | Path, cwd: Path, code: int = 0) -> str:
    """Run a command without this checkout on its path; return what it prints."""
    own = ("PYTHONPATH", "PYTHONDONTWRITEBYTECODE")  # what is compiled serves the next command
    kept = {name: value for name, value in os.environ.items() if name not in own}
    done = subprocess.run(
        list(map(str, argv)),
        cwd=cwd,
        env={**kept, "NO_COLOR": "1", "UV_LINK_MODE": "copy"},
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    assert done.returncode == code, done.stdout + done.stderr
    return done.stdout + (done.stderr if code else "")


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    """The sdist and wheel of this checkout."""
    folder = tmp_path_factory.mktemp("wheel")
    return build.build(folder / "out", epoch="1790000000")


@pytest.fixture(scope="module")
def wheel(built: list[Path]) -> Path:
    """The wheel of this checkout."""
    [wheel] = [file for file in built if file.suffix == ".whl"]
    return wheel


@pytest.fixture(scope="module")
def image(wheel: Path) -> Iterator[Image]:
    """The container that the example deployment describes, as a virtual environment."""
    home = wheel.parent.parent / "home"
    context = home / "context"
    shutil.copytree(CONFIG, context)
    shutil.copy(wheel, context)
    yield Image(home / ".venv", context).build(CONFIG / "Dockerfile")
    shutil.rmtree(home)


@pytest.fixture(scope="module")
def installed(image: Image) -> Path:
    """The container's environment with a lifecycle's package and what hosts have; its folder."""
    home = image.home.parent
    invoice = home / "invoice"
    shutil.copytree(INVOICE, invoice)
    wanted = (f"invoice-flow @ {invoice.as_uri()}", *BESIDE)
    lock = ROOT / "tests" / "locks" / "test.txt"
    _run(UV, "pip", "install", "-q", "--python", image.home, "-c", lock, *wanted, cwd=home)
    _run(UV, "pip", "check", "--python", image.home, cwd=home)
    return home


def test_two_builds_are_the_same_bit_for_bit(built: list[Path], tmp_path: Path) -> None:
    """From a folder with other modes and times of files come the same wheel and sdist."""
    sources = build.copy_sources(ROOT, tmp_path / "sources")
    again = build.build(tmp_path / "out", epoch="1790000000", root=sources)
    assert [file.suffix for file in again] == [".whl", ".gz"]
    assert build.find_differences(built, again) == []


def test_what_the_wheel_says_of_itself(wheel: Path) -> None:
    """The wheel has its licence, its authors, the versions tested and the marker for checkers."""
    with ZipFile(wheel) as file:
        names = set(file.namelist())
        [metadata] = [name for name in names if name.endswith(".dist-info/METADATA")]
        text = file.read(metadata).decode()
    assert "lazsa_flow/py.typed" in names
    assert any(name.endswith("licenses/LICENSE") for name in names)
    assert "License-Expression: MIT" in text
    assert "Author: The lazsa_flow authors" in text
    for minor in ("3.11", "3.12", "3.13"):
        assert f"Classifier: Programming Language :: Python :: {minor}" in text
    assert f"Version: {distribution('lazsa-flow').version}\n" in text


def test_the_bare_package_on_the_lowest_libraries(wheel: Path, tmp_path: Path) -> None:
    """Without an extra, and with the lowest versions allowed, a host's programme moves a path."""
    home = tmp_path / ".venv"
    _run(UV, "venv", "-q", home, "--python", sys.executable, cwd=tmp_path)
    lowest = ("--resolution", "lowest-direct")
    _run(UV, "pip", "install", "-q", "--python", home, *lowest, wheel, cwd=tmp_path)
    said = _run(home / "bin" / "python", "-W", "error", "-c", EMBEDDING, cwd=tmp_path)
    assert said.splitlines() == ["nominated 0", "pip install 'lazsa-flow[notices]'"]
    assert not list(home.glob("lib/*/site-packages/typer"))
    refused = _run(home / "bin" / "lazsa-flow", "--version", cwd=tmp_path, code=1)
    assert refused == ("error: the command line needs an extra: pip install 'lazsa-flow[cli]'\n")


def test_the_container_is_what_the_dockerfile_says(image: Image) -> None:
    """Its steps run; it stands on a Python that is tested, and starts by checking itself."""
    assert re.fullmatch(r"python:3\.1[1-3]-slim", image.base)
    assert image.users == [["--system", "--create-home", "--home-dir", image.directory, image.user]]
    assert image.variables == {"LAZSA_CONFIG": "/etc/lazsa"}
    assert (image.entry, image.command) == (["lazsa-flow"], ["doctor"])
    assert (image.home / "bin" / image.entry[0]).is_file()
    # what compose.yaml asks of a container in it
    health = re.search(
        r'test: \["CMD", "python", "-c", "(.*)"\]', (CONFIG / "compose.yaml").read_text()
    )
    assert health is not None
    assert compile(health[1], "compose.yaml", "exec")


def test_the_list_of_materials_names_what_is_installed(image: Image, tmp_path: Path) -> None:
    """Each package of the environment is in the list, with its version, and the wheel itself."""
    build.list_materials(image.python, tmp_path / "sbom.json", validate=False)
    document = json.loads((tmp_path / "sbom.json").read_text())
    assert document["bomFormat"] == "CycloneDX"
    listed = {each["name"].lower(): each["version"] for each in document["components"]}
    own = document["metadata"]["component"]
    assert own["name"] == "lazsa-flow"
    pins = read_pins(ROOT / RUN.file)
    for name in ("sqlalchemy", "pydantic", "dramatiq", "typer", "psycopg"):
        assert listed[name] in pins[name]
    assert all(each.get("purl", "pkg:").startswith("pkg:") for each in document["components"])
    depends = {each["ref"]: each.get("dependsOn", []) for each in document["dependencies"]}
    assert any("sqlalchemy" in ref.lower() for ref in depends[own["bom-ref"]])


def test_a_hosts_types_are_checked_against_the_wheel(installed: Path) -> None:
    """Pyright finds the types in the wheel, and faults in wrong code alone; mypy: ./dev build."""
    shutil.copytree(ROOT / "docs" / "examples", installed / "examples")
    (installed / "wrong.py").write_text(build.WRONG_HOST)
    python = installed / ".venv/bin/python"
    settings = {"typeCheckingMode": "standard", "include": ["examples", "wrong.py"]}
    (installed / "pyrightconfig.json").write_text(json.dumps(settings))
    pyright = (Path(sys.executable).with_name("pyright"), "--pythonpath", python, "--outputjson")
    found = json.loads(_run(*pyright, cwd=installed, code=1))["generalDiagnostics"]
    assert {Path(each["file"]).name for each in found} == {"wrong.py"}, found
    assert any('"open"' in each["message"] for each in found)


def test_demo_workers_and_page_run_from_the_wheel(
    image: Image, installed: Path, redis_url: str
) -> None:
    """The demo runs; workers then fire what is due in its database, and the viewer shows it.

    The container's own command finds no fault in it.
    """
    script, story = installed / ".venv/bin/lazsa-flow", installed / "story"
    [sample] = installed.glob(".venv/lib/*/site-packages/lazsa_flow/defaults/sample/sellers.csv")
    few = installed / "sellers.csv"
    few.write_text(lines_of(sample, FEW), "utf-8")
    said = _run(*(script, "demo", "--sellers", few, "--years", "1", "--out", story), cwd=installed)
    assert "The journal verifies." in " ".join(said.split())
    assert (story / "journal.jsonl").is_file()
    [database] = story.glob("*.db")
    on_it = ("--database", f"sqlite:///{database}")
    checked = _run(script, *image.command, *on_it, "--config", image.context, cwd=installed)
    assert "ok       templates" in checked
    group = ("run", "--redis", redis_url, "--logs", "json", "--metrics-port", str(free_port()))
    log, page = installed / "run.log", installed / "page.log"
    with (
        _Process(script, *group, *on_it, log=log) as _group,
        _Process(script, "view", *on_it, log=page) as _view,
    ):
        address = eventually("the address", lambda: page.read_text().partition("\n")[0])
        with urllib.request.urlopen(f"{address}lifecycle/award", timeout=60) as answer:
            assert "<svg" in answer.read().decode()
        eventually("a sweep", lambda: '"sweep.chunk"' in log.read_text(), seconds=60)
    assert '"run.ended"' in log.read_text()


class _Process:
    """A command that runs until the block ends, and then ends well."""

    def __init__(self, *argv: str | Path, log: Path) -> None:
        self._argv = list(map(str, argv))
        self._log = log

    def __enter__(self) -> subprocess.Popen[bytes]:
        with self._log.open("wb") as out:
            self._process = subprocess.Popen(
                self._argv, stdout=out, stderr=out, cwd=self._log.parent, start_new_session=True
            )
        return self._process

    def __exit__(self, failed: type[BaseException] | None, *_: object) -> None:
        self._process.send_signal(signal.SIGTERM)
        try:
            code = self._process.wait(timeout=30)
        finally:
            if self._process.poll() is None:
                os.killpg(self._process.pid, signal.SIGKILL)
        assert failed is not None or code == 0, self._log.read_text()


def test_a_package_with_a_lifecycle_runs_beside_the_wheel(installed: Path) -> None:
    """The invoice, installed beside the wheel, is found, drawn, and passes its own tests."""
    home = installed / ".venv" / "bin"
    assert "settle" in _run(home / "lazsa-flow", "graph", "invoice", cwd=installed)
    own = installed / "own"
    shutil.copytree(INVOICE / "tests", own)
    assert "passed" in _run(home / "python", "-m", "pytest", "--rootdir", own, own, cwd=own)
