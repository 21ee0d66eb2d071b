"""``lazsa-flow parked`` and ``unpark``: paths that stopped because of an error."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from lazsa_flow.cli.common import console, open_service, print_json, print_result, read_actor
from lazsa_flow.cli.confirm import Forecast, confirm
from lazsa_flow.cli.options import (
    DEFAULT_DATABASE,
    After,
    AllParkedPaths,
    As,
    ConfigDir,
    CountryFilter,
    Csv,
    Database,
    DryRun,
    Json,
    Limit,
    PathRefs,
    Yes,
)
from lazsa_flow.cli.tables import Column, print_csv, print_more

if TYPE_CHECKING:
    from lazsa_flow.lifecycle.model import Failure


_COLUMNS: Final = (
    Column("Path", is_id=True),
    Column("Timer"),
    Column("Due"),
    Column("Error"),
    Column("Attempts", right=True),
    Column("Failed"),
)


def parked(
    country: CountryFilter = None,
    after: After = None,
    limit: Limit = None,
    database: Database = DEFAULT_DATABASE,
    config: ConfigDir = None,
    as_csv: Csv = False,
    as_json: Json = False,
) -> None:
    """List the paths that are parked, the oldest failure first, with the timer and the error.

    Example: lazsa-flow parked --json
    """
    with open_service(database, config) as service:
        found = service.parked(country=country, after=after, limit=limit and limit + 1)
    more = limit is not None and len(found) > limit
    found = found[:limit]
    if as_json:
        print_json([_failure_document(ref, failure) for ref, failure in found])
        return
    if as_csv:
        print_csv(_COLUMNS, [tuple(_failure_document(*each).values()) for each in found])
        return
    for ref, failure in found:
        at = f"{failure.failed_at:%Y-%m-%d %H:%M} UTC"
        what = f"{failure.timer} failed {failure.attempts} times"
        console().print(f"{ref}: {what}, the last at {at}: {failure.error}")
    if limit is None and after is None:
        console().print(f"{len(found)} paths are parked.")
    print_more(found[-1][0] if more else None)


def _failure_document(ref: str, failure: Failure) -> dict[str, Any]:
    return {
        "path": ref,
        "timer": failure.timer,
        "due_at": failure.due_at,
        "error": failure.error,
        "attempts": failure.attempts,
        "failed_at": failure.failed_at,
    }


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

    Example: lazsa-flow unpark invoice-17 --as operator:o-1
    """
    from lazsa_flow.cli.forecast import of_parked
    from lazsa_flow.errors import InputError

    if every == bool(paths):
        got = "both" if every else "neither"
        raise InputError.of("unpark", "PATH", got, "either paths by their references, or --all")
    actor = read_actor(who)
    with open_service(database, config) as service:

        def run(*, dry_run: bool) -> dict[str, int]:
            if every:
                return service.unpark_all(actor=actor, dry_run=dry_run)
            return {
                path: service.unpark(path, actor=actor, dry_run=dry_run) for path in paths or ()
            }

        def forecast() -> Forecast:
            timers = run(dry_run=True)
            return of_parked([each for each in service.parked() if each[0] in timers], timers)

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
