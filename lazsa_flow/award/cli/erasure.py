"""``erase``, ``purge`` and ``readmit``: deletion of personal data, and sellers who return."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lazsa_flow.award.cli.opening import open_programme
from lazsa_flow.award.cli.options import Seller
from lazsa_flow.cli.approvals import print_request
from lazsa_flow.cli.common import print_result, read_actor
from lazsa_flow.cli.confirm import Forecast, confirm
from lazsa_flow.cli.options import (
    DEFAULT_DATABASE,
    As,
    ConfigDir,
    Database,
    DryRun,
    Json,
    Key,
    Request,
    Yes,
)

if TYPE_CHECKING:
    from lazsa_flow.engine.journal_entry import JournalEntry


def erase(
    seller: Seller,
    who: As,
    request: Request = False,
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
        if request and not dry_run:
            found = programme.request_command("erase", {"seller": seller}, actor=actor, key=key)
            print_request(found, as_json=as_json)
            return

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
    lines = [_describe_end(row) for row in moves if row["trigger"]]
    print_result(
        "\n".join((*lines, f"{count} texts were deleted.", remains)),
        {"seller": seller, "texts": count, "moves": moves, "remains": remains},
        as_json=as_json,
    )


def _describe_end(row: JournalEntry) -> str:
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
    from lazsa_flow.cli.progress import working_bar

    actor = read_actor(who)
    with open_programme(database, config) as programme:

        def forecast() -> Forecast:
            return of_dry_run(programme.dry_run(lambda own: own.purge(actor=actor)))

        if not confirm("purge", forecast, dry_run=dry_run, yes=yes, as_json=as_json):
            return
        with working_bar("purge"):
            count = programme.purge(actor=actor)
        remains = programme.deleted_texts_remain()
    print_result(
        f"{count} texts were deleted.\n{remains}",
        {"texts": count, "remains": remains},
        as_json=as_json,
    )


def readmit(
    seller: Seller,
    who: As,
    key: Key = None,
    database: Database = DEFAULT_DATABASE,
    config: ConfigDir = None,
    as_json: Json = False,
) -> None:
    """Let files be imported again for somebody who was erased and has come back.

    Example: lazsa-flow readmit seller-1 --as host:shop
    """
    with open_programme(database, config) as programme:
        programme.readmit(seller, actor=read_actor(who), key=key)
    print_result(
        f"{seller}: files that are imported from now on hold for them again.",
        {"readmitted": seller},
        as_json=as_json,
    )
