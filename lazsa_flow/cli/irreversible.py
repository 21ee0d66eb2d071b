"""Commands that cannot be undone: each shows what it would do, and asks first."""

from __future__ import annotations

from typing import Any

import typer

from lazsa_flow.award.cli.options import NewCountry, Seller
from lazsa_flow.cli.common import open_programme, print_result, read_actor
from lazsa_flow.cli.confirm import Forecast, confirm
from lazsa_flow.cli.options import (
    DEFAULT_DATABASE,
    AllParkedPaths,
    As,
    ConfigDir,
    Database,
    DryRun,
    Json,
    Key,
    PathRefs,
    Yes,
)

seller = typer.Typer(help="Sellers as a whole.", no_args_is_help=True)


@seller.command("move")
def move(
    seller: Seller,
    country: NewCountry,
    who: As,
    dry_run: DryRun = False,
    yes: Yes = False,
    key: Key = None,
    database: Database = DEFAULT_DATABASE,
    config: ConfigDir = None,
    as_json: Json = False,
) -> None:
    """Move a seller to another country: team, title, zone and future instants.

    Example: lazsa-flow seller move seller-1 PH --as host:shop
    """
    from lazsa_flow.cli.forecast import of_dry_run, timer_document

    actor = read_actor(who)
    with open_programme(database, config) as programme:

        def forecast() -> Forecast:
            found = programme.dry_run(
                lambda own: own.move_country(seller, country, actor=actor, key=key)
            )
            return of_dry_run(found, found.result)

        if not confirm("seller move", forecast, dry_run=dry_run, yes=yes, as_json=as_json):
            return
        planned = programme.move_country(seller, country, actor=actor, key=key)
    print_result(
        f"{seller} is in {country}; {len(planned)} timers moved.",
        {
            "seller": seller,
            "country": country,
            "timers": [timer_document(each) for each in planned],
        },
        as_json=as_json,
    )


def unpark(
    who: As,
    paths: PathRefs = None,
    every: AllParkedPaths = False,
    dry_run: DryRun = False,
    yes: Yes = False,
    database: Database = DEFAULT_DATABASE,
    config: ConfigDir = None,
    as_json: Json = False,
) -> None:
    """Resume parked paths after fixing the cause; with --all it asks first.

    Example: lazsa-flow unpark award-17 --as operator:o-1
    """
    from lazsa_flow.cli.forecast import of_parked
    from lazsa_flow.errors import InputError

    if every == bool(paths):
        got = "both" if every else "neither"
        raise InputError.of("unpark", "PATH", got, "either paths by their references, or --all")
    actor = read_actor(who)
    with open_programme(database, config) as programme:

        def run(*, dry_run: bool) -> dict[str, int]:
            if every:
                return programme.unpark_all(actor=actor, dry_run=dry_run)
            return {
                path: programme.unpark(path, actor=actor, dry_run=dry_run) for path in paths or ()
            }

        def forecast() -> Forecast:
            timers = run(dry_run=True)
            return of_parked([each for each in programme.parked() if each[0] in timers], timers)

        if not confirm(
            "unpark --all", forecast, dry_run=dry_run, yes=yes or not every, as_json=as_json
        ):
            return
        counts = run(dry_run=False)
    lines = [f"{path}: {count} timers are pending again." for path, count in counts.items()]
    print_result(
        "\n".join(lines or ["No path is parked."]),
        {"paths": [{"path": path, "timers": count} for path, count in counts.items()]},
        as_json=as_json,
    )


def erase(
    seller: Seller,
    who: As,
    dry_run: DryRun = False,
    yes: Yes = False,
    key: Key = None,
    database: Database = DEFAULT_DATABASE,
    config: ConfigDir = None,
    as_json: Json = False,
) -> None:
    """Delete a seller's free text and contact data; a sitting ambassador retires first.

    Example: lazsa-flow erase seller-1 --as host:shop
    """
    from lazsa_flow.cli.forecast import of_dry_run

    actor = read_actor(who)
    with open_programme(database, config) as programme:

        def forecast() -> Forecast:
            return of_dry_run(
                programme.dry_run(lambda own: own.erase(seller, actor=actor, key=key))
            )

        if not confirm("erase", forecast, dry_run=dry_run, yes=yes, as_json=as_json):
            return
        seen = {path.ref: path.seq for path in programme.paths(seller)}
        count = programme.erase(seller, actor=actor, key=key)
        moves = [row for ref, seq in seen.items() for row in programme.history(ref)[seq:]]
        remains = programme.deleted_texts_remain()
    lines = [_ended(row) for row in moves if row["trigger"]]
    print_result(
        "\n".join((*lines, f"{count} texts were deleted.", remains)),
        {"seller": seller, "texts": count, "moves": moves, "remains": remains},
        as_json=as_json,
    )


def _ended(row: dict[str, Any]) -> str:
    reason = f" ({row['reason']})" if row["reason"] else ""
    return f"{row['path']}: {row['trigger']}{reason}: {row['source']} → {row['dest']}"


def purge(
    who: As,
    dry_run: DryRun = False,
    yes: Yes = False,
    database: Database = DEFAULT_DATABASE,
    config: ConfigDir = None,
    as_json: Json = False,
) -> None:
    """Delete every text that has been kept long enough.

    Example: lazsa-flow purge --as operator:o-1 --yes
    """
    from lazsa_flow.cli.forecast import of_dry_run

    actor = read_actor(who)
    with open_programme(database, config) as programme:

        def forecast() -> Forecast:
            return of_dry_run(programme.dry_run(lambda own: own.purge(actor=actor)))

        if not confirm("purge", forecast, dry_run=dry_run, yes=yes, as_json=as_json):
            return
        count = programme.purge(actor=actor)
        remains = programme.deleted_texts_remain()
    print_result(
        f"{count} texts were deleted.\n{remains}",
        {"texts": count, "remains": remains},
        as_json=as_json,
    )
