"""Which faults are there?"""

from __future__ import annotations

from typing import Final

from tests.chaos import (
    backups,
    brokers,
    classes,
    clocks,
    databases,
    disks,
    file_sellers,
    hostile,
    kills,
    loads,
    messages,
    nights,
    pauses,
    rehearsals,
    sickness,
)

FAULTS: Final = (
    *kills.FAULTS,
    *brokers.FAULTS,
    *messages.FAULTS,
    *databases.FAULTS,
    *disks.FAULTS,
    *clocks.FAULTS,
    *loads.FAULTS,
    *sickness.FAULTS,
    *hostile.FAULTS,
    *pauses.FAULTS,
    *backups.FAULTS,
    *rehearsals.FAULTS,
    *file_sellers.FAULTS,
    *classes.FAULTS,
    *nights.FAULTS,
)
