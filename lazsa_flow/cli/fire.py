"""``lazsa-flow fire``: a trigger on a path of any lifecycle."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lazsa_flow.cli.common import find_runtime, open_service, print_move, read_actor
from lazsa_flow.cli.confirm import Forecast, confirm
from lazsa_flow.cli.data import read_data
from lazsa_flow.cli.options import (
    DEFAULT_DATABASE,
    As,
    ConfigDir,
    Database,
    DataFile,
    DryRun,
    GivenData,
    Json,
    Key,
    PathRef,
    ReasonCode,
    RoleCountry,
    SeenVersion,
    Trigger,
    Yes,
)

if TYPE_CHECKING:
    from lazsa_flow.cli.application import Service
    from lazsa_flow.lifecycle.model import Move


def fire(
    path: PathRef,
    trigger: Trigger,
    who: As,
    reason: ReasonCode = None,
    country: RoleCountry = None,
    version: SeenVersion = None,
    data: GivenData = None,
    data_file: DataFile = None,
    dry_run: DryRun = False,
    yes: Yes = False,
    key: Key = None,
    database: Database = DEFAULT_DATABASE,
    config: ConfigDir = None,
    as_json: Json = False,
) -> None:
    """Fire a trigger on a path; a refusal names every guard that does not hold.

    A trigger that cannot be undone asks first.

    Example: lazsa-flow fire invoice-17 pay --as bookkeeper:b-1 --data '{"amount": "60.10"}'
    """
    from lazsa_flow.cli.forecast import of_dry_run
    from lazsa_flow.lifecycle.path_ref import parse_ref

    actor, given = read_actor(who, country), read_data(data, data_file)
    with open_service(database, config) as service:

        def run(own: Service) -> Move:
            return own.fire(
                path,
                trigger,
                actor=actor,
                reason=reason,
                version=version,
                data=given,
                key=key,
            )

        def forecast() -> Forecast:
            return of_dry_run(service.dry_run(run))

        lifecycle = find_runtime(service).rulebook.lifecycles.get(parse_ref(path).lifecycle)
        asks = lifecycle is not None and lifecycle.confirms(trigger, reason)
        if not confirm(
            f"fire {trigger}", forecast, dry_run=dry_run, yes=yes or not asks, as_json=as_json
        ):
            return
        move = run(service)
    print_move(move, as_json=as_json, none="")
