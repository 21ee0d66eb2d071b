"""``lazsa-flow view``: the programme live in a browser, on this machine alone."""

from __future__ import annotations

import os
import signal
import subprocess
import urllib.error
import urllib.request
from typing import TYPE_CHECKING

import pytest

from lazsa_flow.clock import SystemClock
from tests.acceptance.shell import SCRIPT, Shell, eventually
from tests.acceptance.test_cli import facts_file

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.browser import Browser


class Viewing:
    """A running ``lazsa-flow view``.

    Attributes:
        address: Where it shows the programme.
    """

    def __init__(self, shell: Shell) -> None:
        self._said = shell.directory / ".view"
        with self._said.open("wb") as out:
            self.process = subprocess.Popen(
                [SCRIPT, "view", "--every", "0.25"],
                cwd=shell.directory,
                env={**os.environ, **shell.environment()},
                stdout=out,
                stderr=subprocess.STDOUT,
            )
        told = eventually("the address", lambda: self._said.read_text().partition("\n")[0])
        self.address = told.rstrip("/")

    def get(self, address: str, **headers: str) -> tuple[int, str]:
        """Return the status and text of an answer."""
        request = urllib.request.Request(address, headers=headers)
        try:
            with urllib.request.urlopen(request, timeout=30) as answer:
                return answer.status, answer.read().decode()
        except urllib.error.HTTPError as error:
            with error:
                return error.code, error.read().decode()


@pytest.fixture
def nominated(shell: Shell) -> Shell:
    """A shell on a database with three sellers, one of them nominated."""
    file = shell.directory / "facts.csv"
    facts_file(file, SystemClock().now().date(), s1="0.3", s2="0.3", s3="0.3")
    assert shell("import", "facts", file).code == 0
    nominate(shell, "s1")
    return shell


@pytest.fixture
def viewing(nominated: Shell) -> Iterator[Viewing]:
    """The viewer, which ends well when it is told to."""
    running = Viewing(nominated)
    yield running
    if running.process.poll() is None:
        running.process.send_signal(signal.SIGTERM)
    assert running.process.wait(timeout=30) == 0


def nominate(shell: Shell, seller: str) -> None:
    """Nominate a seller."""
    done = shell("nominate", seller, "--as", "employee:e-1", "--statement", "Helps others.")
    assert done.code == 0, done


def test_only_the_address_with_its_key_is_answered(viewing: Viewing) -> None:
    """It listens on the loopback alone; without the key, or under another name, it says nothing."""
    assert viewing.address.startswith("http://127.0.0.1:")
    base, _, key = viewing.address.rpartition("/")
    assert len(key) >= 32
    assert viewing.get(f"{viewing.address}/health")[0] == 200
    other = key[:-1] + ("y" if key.endswith("x") else "x")
    assert viewing.get(f"{base}/{other}/health") == (403, "Forbidden\n")
    assert viewing.get(f"{base}/health")[0] in (403, 404)
    assert viewing.get(f"{viewing.address}/health", Host="evil.example")[0] == 400


def test_it_ends_on_interrupt(viewing: Viewing) -> None:
    """Ctrl-C ends it well, without a word of complaint."""
    viewing.process.send_signal(signal.SIGINT)
    assert viewing.process.wait(timeout=30) == 0


def test_what_happens_is_seen(viewing: Viewing, nominated: Shell, browser: Browser) -> None:
    """An open page takes new figures in, tells paths that came later, and leaves the panel be."""
    browser.open(f"{viewing.address}/lifecycle/award")
    count = ".state[data-state=s0] .count"
    assert browser.text(count) == "1 now"
    browser.one(".state[data-state=s0]").click()
    nominate(nominated, "s2")
    browser.wait(lambda: browser.text(count) == "2 now")
    browser.wait(lambda: len(browser.texts("#details tbody tr")) == 2)
    browser.one("#name").send_keys("award-2")
    browser.one("#search button").click()
    browser.wait(lambda: browser.text("#details h2") == "award-2")
    nominate(nominated, "s3")
    browser.wait(lambda: browser.text(count) == "3 now")
    assert browser.text("#details h2") == "award-2"
    assert browser.complaints() == []
    browser.open(f"{viewing.address}/lifecycle/award#award-3")
    browser.wait(lambda: browser.text("#details h2") == "award-3")
