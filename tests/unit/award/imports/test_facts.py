"""Facts from a file: what each column takes, and what it refuses."""

from __future__ import annotations

import subprocess
import sys
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING

import pytest

from lazsa_flow.award.imports.facts import FACTS_COLUMNS, read_facts
from lazsa_flow.award.rules.facts import Facts
from lazsa_flow.errors import InputError, Problem, shown

if TYPE_CHECKING:
    from pathlib import Path

COUNTRIES = ("ID", "MY", "SG", "PH", "TH", "VN")
NINE = ";".join(["0.0046"] * 9)
ROW = {
    "seller_id": "s1",
    "country": "VN",
    "joined_on": "2019-07-01",
    "as_of": "2020-03-01",
    "ncp_points": "0",
    "policy_compliant": "true",
    "gmv_usd": "47557.95",
    "gmv_rate": "0.9803",
    "chat_response_rate": "0.9444",
    "monthly_cancellation_rates": NINE,
    "retention_rate": "",
    "is_lazstar": "false",
    "activities": "speaking;help",
}


def write(tmp_path: Path, *rows: dict[str, str]) -> Path:
    """Write rows as a file of facts."""
    path = tmp_path / "facts.csv"
    lines = [",".join(FACTS_COLUMNS), *(",".join(row[c] for c in FACTS_COLUMNS) for row in rows)]
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return path


def one(tmp_path: Path, **changed: str) -> Facts:
    """Read one row with some fields changed."""
    (facts,) = read_facts(write(tmp_path, ROW | changed), COUNTRIES)
    return facts


def refused(tmp_path: Path, **changed: str) -> Problem:
    """Have one row refused for one problem."""
    path = write(tmp_path, ROW | changed)
    with pytest.raises(InputError) as caught:
        list(read_facts(path, COUNTRIES))
    (problem,) = caught.value.problems
    assert problem.where == f"{path}:2"
    return problem


def test_a_row_becomes_facts(tmp_path: Path) -> None:
    """Every column becomes its value; an empty one is not known (programme.md, Criteria)."""
    assert one(tmp_path) == Facts(
        seller="s1",
        country="VN",
        as_of=date(2020, 3, 1),
        joined_on=date(2019, 7, 1),
        ncp_points=0,
        policy_compliant=True,
        gmv_usd=Decimal("47557.95"),
        gmv_rate=Decimal("0.9803"),
        chat_response_rate=Decimal("0.9444"),
        monthly_cancellation_rates=(Decimal("0.0046"),) * 9,
        retention_rate=None,
        is_lazstar=False,
        activities=frozenset({"speaking", "help"}),
    )


def test_empty_fields_are_not_known(tmp_path: Path) -> None:
    """All but seller, country and as_of may be empty, and are then not known."""
    empty = {column: "" for column in ROW if column not in ("seller_id", "country", "as_of")}
    assert one(tmp_path, **empty) == Facts(seller="s1", country="VN", as_of=date(2020, 3, 1))


def test_months_without_orders(tmp_path: Path) -> None:
    """An empty item among the nine is a month without orders (programme.md, Criteria)."""
    months = one(tmp_path, monthly_cancellation_rates=";0;1;;;;;;0.01").monthly_cancellation_rates
    assert months == (None, Decimal(0), Decimal(1), *[None] * 5, Decimal("0.01"))


def test_gmv_has_no_upper_bound(tmp_path: Path) -> None:
    """The GMV measure may exceed 1 (programme.md, Criteria)."""
    assert one(tmp_path, gmv_rate="85").gmv_rate == 85


def test_joined_on_the_day(tmp_path: Path) -> None:
    """A seller may have joined on the very day the facts were taken."""
    assert one(tmp_path, joined_on="2020-03-01").joined_on == date(2020, 3, 1)


@pytest.mark.parametrize(
    ("field", "text"),
    [
        (field, text)
        for field in ("joined_on", "as_of")
        for text in (
            "now",
            "20200401",
            "2020-W14-3",
            "08/13/21",
            "2027-02-29",
            "\u0662\u0660\u0662\u0660-\u0660\u0663-\u0660\u0661",
            "2020-3-1",
            " 2020-03-01",
            "2020-03-01T00:00",
            "0000-01-01",
            "1899-12-31",
            "9999-12-31",
        )
    ]
    + [
        (field, text)
        for field in ("gmv_usd", "gmv_rate", "chat_response_rate", "retention_rate")
        for text in (
            *("1e-1", "NaN", "Infinity", "0x1", "+0.5", "-0.5", " 0.5", "0.5 ", ".5", "5.", "1_0"),
            *("\u0660.\u0665", "0;5", "85 %", "0.1234567890123", "1234567890123456789"),
        )
    ]
    + [
        *(("chat_response_rate", "85"), ("chat_response_rate", "1.000000000001")),
        *(("retention_rate", "1.1"), ("country", "XX"), ("country", "id"), ("country", "")),
        *(("ncp_points", "-1"), ("ncp_points", "0.0"), ("ncp_points", "1234567890")),
        *(("ncp_points", "\u0663"), ("policy_compliant", "True"), ("policy_compliant", "1")),
        *(("policy_compliant", "yes"), ("is_lazstar", "FALSE"), ("is_lazstar", " true")),
        *(("activities", "writing;writing"), ("activities", "dancing"), ("activities", ";")),
        *(("activities", "writing;"), ("activities", "Writing"), ("activities", "writing; help")),
        *(("seller_id", ""), ("seller_id", " s1"), ("seller_id", "s1 "), ("seller_id", "x" * 129)),
        *(("seller_id", "a\u200bb"), ("seller_id", "a\u2028b"), ("seller_id", "\ufeffa")),
        *(("as_of", ""),),
    ],
)
def test_bad_input_is_refused_by_field(tmp_path: Path, field: str, text: str) -> None:
    """What is not exactly what a column holds is refused with line, field, value and expected."""
    problem = refused(tmp_path, **{field: text})
    assert problem.field == field
    assert problem.value == shown(text)
    assert problem.expected


@pytest.mark.parametrize(
    ("field", "text"),
    [
        ("seller_id", "s2 "),
        ("seller_id", "s\u200b2"),
        ("seller_id", "x" * 129),
        ("gmv_usd", "1,2"),
        ("gmv_usd", "1e3"),
        ("monthly_cancellation_rates", f"{NINE},{NINE}"),
        ("monthly_cancellation_rates", NINE.replace(";", ",")),
    ],
)
def test_bad_input_among_other_rows_is_refused_by_line(
    tmp_path: Path, field: str, text: str
) -> None:
    """Columns are checked whole; what no row may hold is found among others, too."""
    fault = ROW | {"seller_id": "s2", field: f'"{text}"'}
    path = write(tmp_path, ROW, fault, ROW | {"seller_id": "s3"})
    with pytest.raises(InputError) as caught:
        list(read_facts(path, COUNTRIES))
    (problem,) = caught.value.problems
    assert (problem.where, problem.field) == (f"{path}:3", field)


def test_rows_are_read_together_as_each_alone(tmp_path: Path) -> None:
    """Whether a column is plain as a whole does not change what is read."""
    amounts = ("0", "", "1.50", "007.5", "123456789012345678.123456789012", "0.1234567")
    months = (NINE, ";" * 8, "", ";".join(["1.000", "0.5", ""] * 3), ";".join(["01"] + ["0"] * 8))
    sellers = ("s-1", "\u00e9", "e\u0301 2", "a b", "s-5", "s-6")
    rows = [
        ROW | {"seller_id": seller, "gmv_usd": amount, "monthly_cancellation_rates": of_months}
        for of_months in months
        for amount, seller in zip(amounts, sellers, strict=True)
    ]
    alone: list[Facts | None] = []
    for number, row in enumerate(rows):
        row["seller_id"] += f"-{number}"
        try:
            alone.append(one(tmp_path, **row))
        except InputError:
            alone.append(None)
    taken = [row for row, facts in zip(rows, alone, strict=True) if facts is not None]
    assert len(taken) > len(rows) / 2
    together = list(read_facts(write(tmp_path, *taken), COUNTRIES))
    assert together == [facts for facts in alone if facts is not None]


def test_longest_values_are_taken(tmp_path: Path) -> None:
    """An id of 128 characters, nine digits and a decimal of 18 and 12 places are taken whole."""
    facts = one(
        tmp_path,
        seller_id="x" * 128,
        ncp_points="999999999",
        gmv_usd="123456789012345678.123456789012",
        chat_response_rate="1.000000000000",
    )
    assert (len(facts.seller), facts.ncp_points) == (128, 999999999)
    assert str(facts.gmv_usd) == "123456789012345678.123456789012"
    assert facts.chat_response_rate == 1


@pytest.mark.parametrize("count", [1, 8, 10])
def test_nine_months_are_asked(tmp_path: Path, count: int) -> None:
    """Eight months for nine are refused, naming the count (programme.md, Criteria)."""
    problem = refused(tmp_path, monthly_cancellation_rates=";".join(["0"] * count))
    assert problem.field == "monthly_cancellation_rates"
    assert problem.expected.startswith("9 monthly rates")
    assert problem.expected.endswith(f"not {count}")


def test_a_month_that_is_no_rate(tmp_path: Path) -> None:
    """Of nine months only the one at fault is shown."""
    problem = refused(tmp_path, monthly_cancellation_rates="0;0;0;0;1.5;0;0;0;0")
    assert (problem.value, problem.field) == ("'1.5'", "monthly_cancellation_rates")


def test_joining_after_the_facts(tmp_path: Path) -> None:
    """Nobody joins after the date at which the facts were taken."""
    problem = refused(tmp_path, joined_on="2020-03-02")
    assert problem == Problem(
        problem.where, "joined_on", "'2020-03-02'", "a date on or before as_of, 2020-03-01"
    )


def test_a_row_tells_all_its_faults(tmp_path: Path) -> None:
    """Several faults of one row are told at once, in the columns' order of reading."""
    path = write(tmp_path, ROW | {"country": "XX", "as_of": "now", "is_lazstar": "no"}, ROW)
    with pytest.raises(InputError) as caught:
        list(read_facts(path, COUNTRIES))
    assert [p.field for p in caught.value.problems] == ["country", "as_of", "is_lazstar"]


def test_a_doubled_seller(tmp_path: Path) -> None:
    """A seller stands once in a file; the error names both lines."""
    path = write(tmp_path, ROW, ROW | {"seller_id": "s2"}, ROW | {"country": "ID"})
    with pytest.raises(InputError) as caught:
        list(read_facts(str(path), COUNTRIES))
    assert caught.value.problems == (
        Problem(f"{path}:4", "seller_id", "'s1'", "the seller once; it stands on line 2 already"),
    )


@pytest.mark.parametrize(
    ("columns", "field", "value"),
    [
        (FACTS_COLUMNS[:-1], "activities", "no such column"),
        ((*FACTS_COLUMNS, "country"), "country", "the column 2 times"),
        ((*FACTS_COLUMNS, "phone"), "", "the column 'phone'"),
    ],
)
def test_columns_are_exact(
    tmp_path: Path, columns: tuple[str, ...], field: str, value: str
) -> None:
    """A missing, doubled or unknown column is refused."""
    path = tmp_path / "facts.csv"
    path.write_text(",".join(columns) + "\n")
    with pytest.raises(InputError) as caught:
        list(read_facts(path, COUNTRIES))
    (problem,) = caught.value.problems
    assert (problem.where, problem.field, problem.value) == (f"{path}:1", field, value)


@pytest.mark.parametrize(
    "field", [b"s\r1", b"s\x001", b"\xed\xa0\x80", b"s\t1", b'"s\n1"', b"x" * 70_000]
)
def test_unclean_bytes(tmp_path: Path, field: bytes) -> None:
    """A line break, control character, lone surrogate or line above 64 kB within is refused."""
    path = write(tmp_path, ROW)
    path.write_bytes(path.read_bytes().replace(b"\ns1,", b"\n" + field + b","))
    with pytest.raises(InputError) as caught:
        list(read_facts(path, COUNTRIES))
    assert caught.value.problems[0].where == f"{path}:2"


def test_columns_in_any_order_and_rows_in_theirs(tmp_path: Path) -> None:
    """Columns may stand in any order; sellers come in the order of the file."""
    path = tmp_path / "facts.csv"
    columns = sorted(FACTS_COLUMNS)
    rows = [ROW | {"seller_id": name} for name in ("s9", "s1", "s5")]
    lines = [columns, *([row[c] for c in columns] for row in rows)]
    path.write_text("\n".join(map(",".join, lines)))
    assert [facts.seller for facts in read_facts(path, COUNTRIES)] == ["s9", "s1", "s5"]


PEAK = """
import sys
from lazsa_flow.award.imports.facts import read_facts

count = sum(1 for _ in read_facts(sys.argv[1], ("VN",)))
with open("/proc/self/status") as status:
    peak = next(line.split()[1] for line in status if line.startswith("VmHWM"))
print(count, peak)
"""


def test_memory_does_not_grow_with_the_file(tmp_path: Path) -> None:
    """Reading ten times the sellers peaks at no more than 1.3 times the memory."""
    tail = ",".join(ROW[column] for column in FACTS_COLUMNS[1:])
    peaks = {}
    for count in (20_000, 100_000):
        path = tmp_path / f"{count}.csv"
        with path.open("w") as file:
            file.write(",".join(FACTS_COLUMNS) + "\n")
            file.writelines(f"{n * 7919 % count:032x},{tail}\n" for n in range(count))
        ran = subprocess.run(
            [sys.executable, "-c", PEAK, str(path)], check=True, capture_output=True, text=True
        )
        read, peak = map(int, ran.stdout.split())
        assert read == count
        peaks[count] = peak
    assert peaks[100_000] <= 1.3 * peaks[20_000]
