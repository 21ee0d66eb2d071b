"""Sellers who sleep through a date, as many as are wanted: made by the database from a few.

Rows of the first sellers are inserted again under the numbers and ids of further ones. They have no
journal: who is not due is not asked for it, and its hashes would be of the first sellers.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from benchmarks.population.sample_sellers import TABLES

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

_SERIES: Final = {
    "sqlite": "(WITH RECURSIVE t(k) AS (SELECT 1 UNION ALL SELECT k + 1 FROM t WHERE k < {times})"
    " SELECT k FROM t)",
    "postgresql": "(SELECT generate_series(1, {times}) AS k)",
}
_NAME: Final = {
    "sqlite": "'seller-' || printf('%07d', CAST(substr({name}, 8) AS INTEGER) + k * {sellers})",
    "postgresql": "'seller-' || lpad((substr({name}, 8)::int + k * {sellers})::text, 7, '0')",
}


def copying_statements(
    dialect: str,
    columns: Mapping[str, tuple[str, ...]],
    sellers: int,
    numbers: Mapping[str, int],
    times: int,
) -> Iterator[str]:
    """Yield the statements that insert the sellers there are so many times again.

    Args:
        dialect: Of the database.
        columns: The columns of each table.
        sellers: How many sellers there are.
        numbers: The largest number of each table whose rows have one.
        times: How often.
    """
    series = _SERIES[dialect].format(times=times)
    for table in (name for name in TABLES if name != "journal"):
        shifts = {"path_id": sellers, "text_id": numbers["texts"]}
        shifts["id"] = sellers if table == "paths" else numbers.get(table, 0)
        values = [
            _NAME[dialect].format(name=name, sellers=sellers)
            if name in ("subject", "seller")
            else f"{name} + k * {shifts[name]}"
            if name in shifts
            else f'"{name}"'
            for name in columns[table]
        ]
        names = ", ".join(f'"{name}"' for name in columns[table])
        yield (
            f"INSERT INTO lazsa_{table} ({names}) SELECT {', '.join(values)}"
            f" FROM lazsa_{table} CROSS JOIN {series} AS copies"
        )
