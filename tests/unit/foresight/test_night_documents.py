"""The page on JSON names each key of requests, saved rehearsals and nights, and no other."""

from __future__ import annotations

from lazsa_flow.engine.night_run import COUNTS, NightRun
from lazsa_flow.foresight.night_status import NightFinding, NightStatus
from lazsa_flow.foresight.saved_rehearsal import SavedRehearsal
from lazsa_flow.lifecycle.values import EMPTY
from lazsa_flow.service.command_request import CommandRequest
from tests.factories import CYCLE, midnight
from tests.json_page import json_keys, json_section

AT = midnight(CYCLE)
REQUEST = CommandRequest(1, "resume", EMPTY, "operator:o", AT, "waiting", None, None, "", ())
SAVED = SavedRehearsal(
    *("october", CYCLE, AT, None, EMPTY, 0, EMPTY, "0f", "operator:o", AT, (), ())
)
FINDING = NightFinding("award-1", "SG", False, None, None, "award", "awarded", ())
RUN = NightRun(
    id=1,
    name="october",
    on=CYCLE,
    country=None,
    sha256="0f",
    saved_at=AT,
    countries=EMPTY,
    phase="canary",
    canary=20,
    rate=None,
    differs=100,
    **dict.fromkeys(COUNTS, 0),
    next_at=None,
    actor="operator:o",
    recorded_at=AT,
    ended_at=None,
)


def test_each_key_is_on_the_page() -> None:
    """What the commands print has just the keys that its table names."""
    requests = json_keys(json_section("Requests that wait for an approval"))
    assert requests == set(REQUEST.document())
    saved = json_keys(json_section("Saved rehearsals"))
    assert saved == {*SAVED.document(), "started"}
    of_all, of_each = json_section("Started nights").split("Each of `differing_paths`")
    assert json_keys(of_all) == set(NightStatus(RUN, (), (FINDING,)).document())
    assert json_keys(of_each) == set(FINDING.document())
