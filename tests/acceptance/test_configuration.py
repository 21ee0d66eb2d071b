"""Countries and policies by hand: listed, shown, released; files that differ are named."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.acceptance.shell import SELLERS, lines_of
from tests.factories import country_text, policy_text

if TYPE_CHECKING:
    from pathlib import Path

    from tests.acceptance.shell import Shell

MANAGER = ("--as", "manager:m-1")
SEOUL = country_text("SG").replace("Asia/Singapore", "Asia/Seoul")


def write(shell: Shell, name: str, text: str) -> Path:
    """Write a file into the deployment's directory."""
    file = shell.directory / "config" / name
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(text, "utf-8")
    return file


def test_a_country_is_released_by_hand(shell: Shell) -> None:
    """A release needs consent, a dry run changes nothing, and what is in force can be looked up."""
    file = write(shell, "countries/sg.toml", SEOUL)
    refused = shell("country", "release", file, *MANAGER)
    assert (refused.code, "--yes" in refused.err) == (1, True)
    tried = shell("country", "release", file, *MANAGER, "--dry-run")
    assert (tried.code, "nothing was changed" in tried.out) == (0, True)
    assert shell("country", "show", "SG").out == country_text("SG")
    assert shell("country", "show", "SG", "--configured", "--config", "config").out == SEOUL
    done = shell("country", "release", file, *MANAGER, "--yes", "--json")
    assert done.json == {"country": "SG", "version": 2, "timers": []}
    assert shell("country", "show", "SG").out == SEOUL
    assert shell("country", "show", "SG", "--version", "1").out == country_text("SG")
    listed = {each["code"]: each for each in shell("country", "list", "--json").json}
    assert len(listed) == 6
    assert (listed["SG"]["version"], listed["SG"]["zone"]) == (2, "Asia/Seoul")
    assert listed["SG"]["released_by"] == "manager:m-1"
    assert "Asia/Seoul" in shell("country", "list").out
    assert len(shell("country", "list", "--all", "--json").json) == 7


def test_a_policy_is_released_by_hand(shell: Shell) -> None:
    """A policy is listed with from when it is in force, and its text can be looked up."""
    text = policy_text().replace('"2020-1"', '"2027-1"')
    file = write(shell, "policies/award/2027-1.toml", text)
    tried = shell("policy", "release", file, *MANAGER, "--dry-run")
    assert "version: 2020-1 → 2027-1" in tried.out
    done = shell("policy", "release", file, *MANAGER, "--yes")
    assert done.out == "award/2027-1 is released; 0 timers moved.\n"
    first, second = shell("policy", "list", "award", "--json").json
    assert (first["in_force"], first["released_by"]) == (False, "system:migrate")
    assert (second["in_force"], second["released_by"]) == (True, "manager:m-1")
    assert shell("policy", "show", "award").out == text
    assert shell("policy", "show", "award/2020-1").out == policy_text()
    unknown = shell("policy", "show", "award/2030-1").err
    assert unknown == "error: no policy 'award/2030-1'\nnext: lazsa-flow policy list\n"
    assert "award/2027-1" in shell("policy", "list").out


def test_a_country_without_a_file_is_served_from_the_database(shell: Shell) -> None:
    """A process without the directory fires, lists and books a country that only that one has."""
    text = country_text("SG").replace('"SG"', '"KH"').replace("Singapore", "Phnom_Penh")
    file = write(shell, "countries/kh.toml", text)
    assert shell("country", "release", file, *MANAGER, "--yes").code == 0
    facts = shell.directory / "facts.csv"
    row = lines_of(SELLERS, 1).splitlines()[1].split(",")
    row[:2] = ["s-1", "KH"]
    facts.write_text(lines_of(SELLERS, 0) + ",".join(row) + "\n")
    assert shell("import", "facts", facts).code == 0
    nominated = shell("nominate", "s-1", "--as", "employee:e-1", "--statement", "Helps.")
    assert nominated.code == 0, nominated
    listed = shell("due", "--until", "2099-12-31")
    assert (listed.code, "KH" in listed.out) == (0, True)
    assert shell("sweep", "--json").json["failed"] == 0
    assert "KH" in {each["country"] for each in shell("ledger", "--json").json}


def test_files_that_are_not_released_are_named(shell: Shell) -> None:
    """``migrate``, ``doctor`` and each start name what the database does not have."""
    write(shell, "countries/sg.toml", SEOUL)
    write(shell, "policies/award/2028-1.toml", policy_text().replace('"2020-1"', '"2028-1"'))
    write(shell, "lasza.toml", "")
    write(shell, "lazsa.toml", '[routes.XX]\nseller = "files"\n')
    migrated = shell("migrate", "--config", "config")
    assert migrated.code == 0
    checked = shell("doctor", "--config", "config")
    assert checked.code == 0
    started = shell("parked", "--config", "config")
    assert started.out == "0 paths are parked.\n"
    for told in (migrated.out, checked.out, started.err):
        flat = " ".join(told.split())
        assert "countries/sg.toml" in flat
        assert "this text is not released" in flat
        assert "policies/award/2028-1.toml" in flat
        assert "award/2028-1 is not released" in flat
        assert "did you mean lazsa.toml?" in flat
        assert "there is no country XX" in flat
