"""Does every bad file say what is wrong with it, and is nothing of it taken?"""

from __future__ import annotations

import sqlite3
from contextlib import closing
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.acceptance.shell import Done, Shell

HEADER = (
    "seller_id",
    "country",
    "joined_on",
    "as_of",
    "ncp_points",
    "policy_compliant",
    "gmv_usd",
    "gmv_rate",
    "chat_response_rate",
    "monthly_cancellation_rates",
    "retention_rate",
    "is_lazstar",
    "activities",
)
MONTHS = ";".join(["0.0040"] * 9)
SOUND = dict(
    zip(
        HEADER,
        f"s1,SG,2018-01-15,2020-03-20,0,true,1000.00,0.35,0.93,{MONTHS},,true,writing;help".split(
            ","
        ),
        strict=True,
    )
)


def row(**changes: str) -> str:
    """Return a line of the file."""
    return ",".join({**SOUND, **changes}.values())


def facts_in(shell: Shell) -> int:
    """Count the rows of facts that were taken."""
    with closing(sqlite3.connect(shell.database)) as database:
        return int(database.execute("SELECT count(*) FROM lazsa_facts").fetchone()[0])


def given(shell: Shell, content: bytes) -> Done:
    """Import a file's bytes as facts."""
    (shell.directory / "facts.csv").write_bytes(content)
    return shell("import", "facts", "facts.csv")


DATE = "a date that exists, as YYYY-MM-DD"
FIELDS = [
    ("joined_on", "now", DATE),
    ("joined_on", "20200401", DATE),
    ("as_of", "2020-W14-3", DATE),
    ("as_of", "08/13/21", DATE),
    ("as_of", "2027-02-29", DATE),
    ("as_of", "2020-03-20T00:00:00", DATE),
    ("as_of", " 2020-03-20", DATE),
    ("as_of", "", DATE),
    ("joined_on", "2020-03-21", "a date on or before as_of"),
    ("country", "XX", "one of ID, MY, PH, SG, TH, VN"),
    ("country", "sg", "one of ID, MY, PH, SG, TH, VN"),
    ("chat_response_rate", "85", "0.85 for 85 %"),
    ("chat_response_rate", "85%", "0.85 for 85 %"),
    ("chat_response_rate", "0.9e0", "0.85 for 85 %"),
    ("chat_response_rate", "NaN", "0.85 for 85 %"),
    ("gmv_rate", "-0.2", "a plain decimal of 0 or more"),
    ("monthly_cancellation_rates", ";".join(["0.0040"] * 8), "9 monthly rates"),
    ("monthly_cancellation_rates", ";".join(["0.0040"] * 10), "9 monthly rates"),
    ("ncp_points", "-1", "a whole number of 0 or more"),
    ("ncp_points", "0.5", "a whole number of 0 or more"),
    ("policy_compliant", "TRUE", "true or false"),
    ("activities", "writing;dancing", "any of community, feedback, help"),
    ("activities", "writing;writing", "each once"),
    ("seller_id", "", "an id of 1 to 128 visible characters"),
]


@pytest.mark.parametrize(("field", "value", "expected"), FIELDS)
def test_field(shell: Shell, field: str, value: str, expected: str) -> None:
    """A bad field is told by file, line, field, value and what was expected (design, tests)."""
    content = "\n".join([",".join(HEADER), row(seller_id="s0"), row(**{field: value}), ""])
    done = given(shell, content.encode())
    assert (done.code, done.out) == (1, "")
    assert f"facts.csv:3: {field}: got " in done.err
    assert repr(value)[:50] in done.err
    assert expected in done.err
    assert facts_in(shell) == 0


def _without(column: str) -> bytes:
    names = [name for name in HEADER if name != column]
    values = [value for name, value in SOUND.items() if name != column]
    return (",".join(names) + "\n" + ",".join(values) + "\n").encode()


SOUND_FILE = ",".join(HEADER) + "\n" + row() + "\n"
FILES = {
    "missing column": (_without("as_of"), ["facts.csv:1: as_of: got no such column"]),
    "doubled column": (
        (",".join([*HEADER, "country"]) + "\n" + row() + ",SG\n").encode(),
        ["facts.csv:1: country: got the column 2 times, expected the column once"],
    ),
    "unknown column": (
        (",".join([*HEADER, "name"]) + "\n" + row() + ",x\n").encode(),
        ["facts.csv:1: got the column 'name', expected only seller_id"],
    ),
    "doubled seller": (
        (SOUND_FILE + row(seller_id="s2") + "\n" + row(gmv_rate="0.1") + "\n").encode(),
        ["facts.csv:4: seller_id: got 's1', expected the seller once", "line 2"],
    ),
    "too few fields": (
        (SOUND_FILE + "s2,SG\n").encode(),
        ["facts.csv:3: got 2 fields, expected 13 fields"],
    ),
    "line feed in quotes": (
        (SOUND_FILE + row(seller_id='"s\n2"') + "\n").encode(),
        [r"facts.csv:3: seller_id: got 's\n2', expected text without control characters"],
    ),
    "quote that is not closed": (
        (SOUND_FILE + row(seller_id='"s2') + "\n").encode(),
        ["facts.csv:3: got quotes that do not pair, expected fields whose quotes pair"],
    ),
    "carriage return": (
        (SOUND_FILE + row(seller_id='"s\r2"') + "\n").encode(),
        [r"facts.csv:3: seller_id: got 's\r2', expected text without control characters"],
    ),
    "semicolons": (
        SOUND_FILE.replace(",", ";").encode(),
        ["facts.csv:1: got fields divided by semicolons, expected commas: in a spreadsheet, save"],
    ),
    "NUL": (
        (SOUND_FILE + row(seller_id="s\0002") + "\n").encode(),
        [r"facts.csv:3: seller_id: got 's\x002', expected text without control characters"],
    ),
    "lone surrogate": (
        SOUND_FILE.encode() + row(seller_id="s\ud8002").encode("utf-8", "surrogatepass") + b"\n",
        ["facts.csv:3: seller_id: got 's", "expected UTF-8"],
    ),
    "Latin-1": (
        SOUND_FILE.encode() + row(seller_id="José").encode("latin-1") + b"\n",
        ["facts.csv:3: seller_id: got 'Jos", "expected UTF-8"],
    ),
    "UTF-16": (SOUND_FILE.encode("utf-16"), ["facts.csv:1: got a file in UTF-16, expected UTF-8"]),
    "long line": (
        (SOUND_FILE + row(seller_id="s" * 65_536) + "\n").encode(),
        ["facts.csv:3: got more than 65536 characters, expected a row of at most 65536"],
    ),
    "long last line": (
        (SOUND_FILE + "x" * 200_000).encode(),
        ["facts.csv:3: got more than 65536 characters, expected a row of at most 65536"],
    ),
    "empty file": (b"", ["facts.csv:1: got an empty file, expected a header of seller_id"]),
}


@pytest.mark.parametrize("name", FILES)
def test_file(shell: Shell, name: str) -> None:
    """A bad file is refused whole, with the place and what was expected (design, tests)."""
    content, told = FILES[name]
    done = given(shell, content)
    assert (done.code, done.out) == (1, "")
    for part in told:
        assert part in done.err
    assert "Traceback" not in done.err
    assert facts_in(shell) == 0


def test_every_problem(shell: Shell) -> None:
    """Several problems are told at once, in the order of the lines (design, tests)."""
    rows = [row(seller_id="s0", country="XX"), row(gmv_rate="x", ncp_points="y"), row(as_of="z")]
    done = given(shell, "\n".join([",".join(HEADER), *rows, ""]).encode())
    told = [line.split(" got ")[0] for line in done.err.splitlines()]
    assert told == [
        "error: facts.csv:2: country:",
        "facts.csv:3: ncp_points:",
        "facts.csv:3: gmv_rate:",
        "facts.csv:4: as_of:",
        "next: lazsa-flow import facts --example",
    ]


def test_late_fault(shell: Shell) -> None:
    """A fault on the last of some thousand lines leaves nothing of those before (design, tests)."""
    rows = [row(seller_id=f"s{n}") for n in range(3500)]
    done = given(shell, "\n".join([",".join(HEADER), *rows, row(as_of="now"), ""]).encode())
    assert done.code == 1
    assert "facts.csv:3502: as_of: got 'now'" in done.err
    assert facts_in(shell) == 0


@pytest.mark.parametrize("file", ["absent.csv", "."])
def test_unreadable(shell: Shell, file: str) -> None:
    """A file that cannot be read is named (design, tests)."""
    done = shell("import", "facts", file)
    assert (done.code, done.out) == (1, "")
    assert done.err.startswith(f"error: {file}: got ")
    assert "expected a readable file" in done.err


def test_sound(shell: Shell) -> None:
    """The same file without a fault is taken, byte order mark, CRLF, column order and all."""
    text = ",".join(reversed(HEADER)) + "\r\n" + ",".join(reversed(SOUND.values())) + "\r\n"
    done = given(shell, b"\xef\xbb\xbf" + text.encode())
    assert (done.code, done.out.splitlines()[0]) == (0, "1 facts imported.")
    assert facts_in(shell) == 1


def test_private_text(shell: Shell) -> None:
    """An error shows no statement of a nomination (design, rule 8)."""
    file = shell.directory / "nominations.csv"
    file.write_text("seller_id,source,nominator_id,statement\ns1,employee,e1,Sec\tret\n")
    done = shell("import", "nominations", file)
    assert done.code == 1
    assert "statement: got (text)" in done.err
    assert "Sec" not in done.err
