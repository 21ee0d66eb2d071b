"""What ``lazsa-flow policy compare`` prints."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lazsa_flow.cli.common import console, print_json
from lazsa_flow.cli.tables import Column, print_csv, print_table

if TYPE_CHECKING:
    from lazsa_flow.foresight.comparison import PolicyComparison

CHANGES = (
    *(Column("Path"), Column("Subject"), Column("Country"), Column("Direction")),
    *(Column("Before"), Column("After"), Column("Guards")),
)
TOTALS = (
    Column("Country"),
    *(Column("Due", right=True), Column("Reached by A", right=True)),
    *(Column("Reached by B", right=True), Column("Lost", right=True)),
    *(Column("Won", right=True), Column("Other", right=True)),
)


def show_comparison(found: PolicyComparison, *, as_json: bool, as_csv: bool) -> None:
    """Print whose outcome changes between two policies as the options say."""
    if as_json:
        print_json(found.document())
        return
    rows = [
        (
            *(each.path, each.subject, each.country, each.direction),
            *(each.before, each.after, ", ".join(each.guards)),
        )
        for each in found.changes
    ]
    if as_csv:
        print_csv(CHANGES, rows)
        return
    _print_heading(found)
    if not found.totals:
        return
    totals = [
        (
            *(each.country, each.due, each.reached_before, each.reached_after),
            *(each.lost, each.won, each.other),
        )
        for each in found.totals
    ]
    print_table(TOTALS, totals, empty="")
    screen = console()
    for direction, guards in found.guards.items():
        counts = ", ".join(f"{name} {count:,}" for name, count in sorted(guards.items()))
        if counts:
            screen.print(f"{direction.capitalize()} by guard: {counts}.", soft_wrap=True)
    screen.print()
    print_table(CHANGES, rows, empty=f"No outcome changes on {found.on}.")


def _print_heading(found: PolicyComparison) -> None:
    """Print what is compared, what is assumed, and which cycles the policies govern."""
    screen = console()
    first, second = found.policies
    screen.print(f"A: {first.name}. B: {second.name}.", soft_wrap=True)
    for sentence in found.assumed:
        screen.print(f"Assumed: {sentence}.", soft_wrap=True)
    for each in found.policies if found.as_if_in_force else ():
        screen.print(f"Assumed: {each.assumption(found.on)}.", soft_wrap=True)
    for note in found.notes:
        screen.print(f"{note}.", soft_wrap=True)
    if any(not each.governs for each in found.policies) and not found.as_if_in_force:
        screen.print("To let each policy govern the date, add --as-if-in-force.", soft_wrap=True)
    if not found.totals and not found.notes:
        screen.print(f"Nothing is due on {found.on}.", soft_wrap=True)
