"""``lazsa-flow today``: what is new, late and waiting in a country."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lazsa_flow.award.cli.opening import open_programme
from lazsa_flow.award.cli.options import EveryLine
from lazsa_flow.cli.common import console, find_runtime, local, print_json
from lazsa_flow.cli.documents import to_json
from lazsa_flow.cli.options import DEFAULT_DATABASE, ConfigDir, CountryCode, Database, Json

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from typing import TypeAlias

    from lazsa_flow.award.commands.country_day import CountryDay

    Section: TypeAlias = tuple[str, Sequence[str], str]

_LINES = 10
"""So many lines a section has; its heading has the count."""


def today(
    country: CountryCode,
    everything: EveryLine = False,
    database: Database = DEFAULT_DATABASE,
    config: ConfigDir = None,
    as_json: Json = False,
) -> None:
    """Show what is new, late and waiting for the team of a country.

    Example: lazsa-flow today PH
    """
    from lazsa_flow.award.commands.country_day import NAMED

    with open_programme(database, config) as programme:
        found = programme.today(country)
        zone = find_runtime(programme).rulebook.calendar(country).zone
    if as_json:
        print_json(to_json(found))
        return
    screen = console()
    screen.print(
        f"{country}, {found.on}: {found.days_left} days until the cycle date {found.cycle_on}",
        soft_wrap=True,
    )
    for heading, lines, hint in _list_sections(found, zone):
        screen.print()
        more = " or more" if len(lines) == NAMED else ""
        screen.print(f"{heading}: {len(lines) or 'none'}{more}", soft_wrap=True)
        shown = lines if everything else lines[:_LINES]
        for line in shown:
            screen.print(f"  {line}", soft_wrap=True)
        if len(shown) < len(lines):
            screen.print(f"  … and {len(lines) - len(shown)} more: --all, or {hint}")


def _list_sections(found: CountryDay, zone: str) -> Iterator[Section]:
    """Yield each section: its heading, its lines, and the command that lists more of it."""
    yield from _list_news(found, zone)
    yield from _list_judging(found)
    yield from _follow_up(found)


def _list_news(found: CountryDay, zone: str) -> Iterator[Section]:
    """Yield what is new, late or parked."""
    yield (
        "New since yesterday",
        [
            f"{each.path} {each.subject}: {each.state}"
            + (f" ({each.reason})" if each.reason else "")
            for each in found.new
        ],
        f"lazsa-flow list --country {found.country} --since {found.on}",
    )
    yield (
        "Late: timers that no worker has fired",
        [f"{e.path} {e.seller}: {e.timer} since {local(e.due_at, zone)}" for e in found.late],
        "lazsa-flow due",
    )
    yield "Parked", found.parked, "lazsa-flow parked"


def _list_judging(found: CountryDay) -> Iterator[Section]:
    """Yield what nominators, reviewers and those who decide on appeals have still to do."""
    yield (
        "Incomplete nominations",
        [
            f"{each.path} {each.seller}: statement of {' or '.join(each.nominators) or 'nobody'}"
            for each in found.incomplete
        ],
        f"lazsa-flow list --country {found.country} --unmet nomination_complete",
    )
    yield (
        "Reviewers with cards missing",
        [f"{e.reviewer} ({e.team}): {len(e.missing)}, {e.done} done" for e in found.reviewers],
        f"lazsa-flow reviewers {found.country} {found.cycle_on}",
    )
    yield (
        "Open appeals",
        [
            f"{e.path} {e.seller}: {e.days_left} days left; {e.grants} of {e.persons} grant it,"
            f" {e.rejections} reject it"
            for e in found.appeals
        ],
        f"lazsa-flow appeal list {found.country}",
    )


def _follow_up(found: CountryDay) -> Iterator[Section]:
    """Yield what the country's team has still to do for sellers."""
    yield (
        "To be added to the Reconnect group",
        [
            f"{e.path} {e.seller}" + (f": not before {', '.join(e.unmet)}" if e.unmet else "")
            for e in found.group
        ],
        f"lazsa-flow list --country {found.country} --state retired",
    )
    yield (
        "To be taken out of the Reconnect group",
        [f"{each.path} {each.seller}" for each in found.leavers],
        f"lazsa-flow reconnect taken-out SELLER --as team:YOU --country {found.country}",
    )
    yield (
        "Perks to give",
        [f"{each.path} {each.seller}: {each.perk}, since {each.since}" for each in found.perks],
        f"lazsa-flow perks due {found.country}",
    )
    yield (
        "Open compliance cases",
        [f"{each.seller}: {each.case} since {each.since}" for each in found.cases],
        f"lazsa-flow case list --country {found.country}",
    )
    yield (
        "Facts that will not count on the cycle date",
        [
            f"{each.path} {each.seller}: {each.facts}, needed since {each.needed_since}"
            for each in found.facts
        ],
        f"lazsa-flow facts gaps {found.country}",
    )
