"""``badge``, ``entitlements``, ``fame``, ``members``, ``outcome``, ``contact`` and ``consent``."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lazsa_flow.award.cli.opening import open_programme
from lazsa_flow.award.cli.options import (
    GiveConsent,
    Regional,
    Seller,
    SellerOrPath,
    WithdrawConsent,
)
from lazsa_flow.cli.common import (
    console,
    find_runtime,
    local,
    print_json,
    print_result,
    read_actor,
    read_instant,
)
from lazsa_flow.cli.documents import to_json
from lazsa_flow.cli.options import (
    DEFAULT_DATABASE,
    After,
    As,
    At,
    ConfigDir,
    CountryCode,
    Database,
    Json,
    Key,
    Limit,
)

if TYPE_CHECKING:
    from datetime import datetime

    from lazsa_flow.award.programme import Programme


def badge(
    seller: Seller,
    at: At = None,
    database: Database = DEFAULT_DATABASE,
    config: ConfigDir = None,
    as_json: Json = False,
) -> None:
    """Show whether a seller's badge is valid, under which title, and until when.

    Example: lazsa-flow badge seller-1
    """
    with open_programme(database, config) as programme:
        found = programme.badge(seller, at=read_instant(at, "--at"))
        zone = _zone_of(programme, seller)
    if not found.valid:
        text = f"{seller}: no valid badge."
    else:
        until = "" if found.ends_at is None else f", until {local(found.ends_at, zone)}"
        text = f"{seller}: valid, {found.title}{until}."
    print_result(text, to_json(found), as_json=as_json)


def entitlements(
    seller: Seller,
    at: At = None,
    database: Database = DEFAULT_DATABASE,
    config: ConfigDir = None,
    as_json: Json = False,
) -> None:
    """List the perks that a seller is entitled to, with their beginning and end.

    Example: lazsa-flow entitlements seller-1
    """
    from lazsa_flow.cli.tables import Column, print_table

    with open_programme(database, config) as programme:
        found = programme.entitlements(seller, at=read_instant(at, "--at"))
        zone = _zone_of(programme, seller)
    if as_json:
        print_json(to_json(found))
        return
    print_table(
        [
            Column("Perk"),
            Column("Kind", drop=2),
            Column("Path", is_id=True),
            Column("From"),
            Column("Until", drop=1),
        ],
        [
            (each.perk, each.kind, each.path, *_format_span(each.begins_at, each.ends_at, zone))
            for each in found
        ],
        empty=f"{seller} is entitled to nothing at this instant.",
    )


def _format_span(begins_at: datetime, ends_at: datetime | None, zone: str) -> tuple[str, str]:
    return local(begins_at, zone), "" if ends_at is None else local(ends_at, zone)


def _zone_of(programme: Programme, seller: str) -> str:
    """Return the zone of a seller's latest path, or UTC where there is none."""
    paths = programme.paths(seller)
    return find_runtime(programme).rulebook.calendar(paths[-1].country).zone if paths else "UTC"


def fame(
    country: CountryCode,
    after: After = None,
    limit: Limit = None,
    database: Database = DEFAULT_DATABASE,
    config: ConfigDir = None,
    as_json: Json = False,
) -> None:
    """List a country's Hall of Fame by year: who ever held the award and consents to be named.

    Example: lazsa-flow fame ID
    """
    from lazsa_flow.cli.tables import Column, print_more, print_table

    with open_programme(database, config) as programme:
        found = programme.hall_of_fame(country, after=after, limit=limit)
        place = found[-1].place if found and limit is not None else None
        more = place and programme.hall_of_fame(country, after=place, limit=1)
    if as_json:
        print_json(to_json(found))
        return
    print_table(
        [
            *(Column("Year"), Column("Seller", is_id=True), Column("Title")),
            *(Column("Since"), Column("Until")),
        ],
        [
            (
                *(str(each.year), each.seller, each.title, str(each.since)),
                "sitting" if each.sitting else str(each.until),
            )
            for each in found
        ],
        empty="There are no more."
        if after
        else f"Nobody who held the award in {country} has given consent to the Hall of Fame.",
    )
    print_more(place if more else None)


def members(
    country: CountryCode,
    database: Database = DEFAULT_DATABASE,
    config: ConfigDir = None,
    as_json: Json = False,
) -> None:
    """List the sellers of a country who are in Reconnect.

    Example: lazsa-flow members VN
    """
    with open_programme(database, config) as programme:
        found = programme.members(country)
    if as_json:
        print_json(to_json(found))
        return
    for seller in found:
        console().print(seller, soft_wrap=True)
    if not found:
        console().print(f"Nobody in {country} is a member of Reconnect.")


def outcome(
    name: SellerOrPath,
    database: Database = DEFAULT_DATABASE,
    config: ConfigDir = None,
    as_json: Json = False,
) -> None:
    """Show what a seller may see of the latest decision on a path, and how to object.

    Example: lazsa-flow outcome award-17
    """
    with open_programme(database, config) as programme:
        found = programme.outcome(name)
    if as_json:
        print_json(to_json(found))
        return
    screen = console()
    reason = f" ({found.reason})" if found.reason else ""
    screen.print(f"{found.path} is {found.state}, by {found.trigger or 'no trigger'}{reason}.")
    for line in found.unmet:
        screen.print(f"  not met: {line}", soft_wrap=True)
    if found.facts_as_of:
        screen.print(f"  judged on facts of {found.facts_as_of}")
    if found.appeal == "open":
        screen.print(f"  an appeal can be granted until {found.appeal_until}")
    elif found.appeal is not None:
        screen.print(f"  appeal: {found.appeal}")
    screen.print(f"  questions go to {found.contact}", soft_wrap=True)


def contact(
    seller: Seller,
    regional: Regional = False,
    database: Database = DEFAULT_DATABASE,
    config: ConfigDir = None,
    as_json: Json = False,
) -> None:
    """Print the mailbox through which a seller is reached: their local team's, never their own.

    Example: lazsa-flow contact seller-1
    """
    with open_programme(database, config) as programme:
        found = programme.contact(seller, regional=regional)
    print_result(found, {"seller": seller, "contact": found}, as_json=as_json)


def consent(
    seller: Seller,
    who: As,
    given: GiveConsent = False,
    revoked: WithdrawConsent = False,
    key: Key = None,
    database: Database = DEFAULT_DATABASE,
    config: ConfigDir = None,
    as_json: Json = False,
) -> None:
    """Give or withdraw a seller's consent to be named in the Hall of Fame.

    Example: lazsa-flow consent seller-1 --give --as seller:seller-1
    """
    from lazsa_flow.errors import InputError

    if given == revoked:
        got = "both" if given else "neither"
        raise InputError.of("consent", "--give", got, "either --give or --withdraw")
    with open_programme(database, config) as programme:
        programme.consent(seller, given=given, actor=read_actor(who), key=key)
    said = "given" if given else "withdrawn"
    print_result(
        f"{seller}: consent is {said}.", {"seller": seller, "consent": said}, as_json=as_json
    )
