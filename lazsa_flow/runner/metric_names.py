"""Metric names: what each figure that is served is called, counts, and is labelled by.

:mod:`.metrics` serves them; the reference of metrics shows them. An application's own gauges bring
their names along (:class:`~lazsa_flow.service.gauges.Gauge`).
"""

from __future__ import annotations

from typing import Final, Literal, NamedTuple


class Metric(NamedTuple):
    """A figure that is served.

    Attributes:
        name: As Prometheus sees it.
        kind: A counter only rises, a gauge is a figure of now, a histogram counts observations.
        text: What it says.
        labels: The names of its labels.
    """

    name: str
    kind: Literal["counter", "gauge", "histogram"]
    text: str
    labels: tuple[str, ...] = ()


TIMERS_TAKEN: Final = Metric(
    "lazsa_timers_total",
    "counter",
    "Timers taken, by country and outcome.",
    ("country", "outcome"),
)
CHUNK_LAG: Final = Metric(
    "lazsa_chunk_lag_seconds",
    "histogram",
    "From the instant a chunk was due to its being recorded.",
    ("country",),
)
SLOW_GUARDS: Final = Metric(
    "lazsa_slow_guards_total",
    "counter",
    "Calls of guards that had not returned when the limit was reached.",
    ("lifecycle", "guard"),
)
READY: Final = Metric("lazsa_ready", "gauge", "Whether a part is fit for work.", ("part",))
TIMERS_DUE: Final = Metric("lazsa_timers_due", "gauge", "Timers that are due and not done.")
PATHS_FAILING: Final = Metric(
    "lazsa_paths_failing", "gauge", "Paths that wait for their next attempt."
)
PATHS_PARKED: Final = Metric("lazsa_paths_parked", "gauge", "Paths that are parked.")
PAUSES: Final = Metric("lazsa_pauses", "gauge", "Pauses of timers that are in force.")
NIGHTS_STOPPED: Final = Metric(
    "lazsa_nights_stopped", "gauge", "Nights that have stopped by themselves."
)
OUTBOX_NOTICES: Final = Metric("lazsa_outbox_notices", "gauge", "Notices that wait to be sent.")
OUTBOX_AGE: Final = Metric(
    "lazsa_outbox_age_seconds", "gauge", "Since a notice may be sent that has not been."
)
NOTICES_PARKED: Final = Metric("lazsa_notices_parked", "gauge", "Notices that were set aside.")
RELAY_SILENT: Final = Metric(
    "lazsa_relay_silent_seconds",
    "gauge",
    "Since a relay was last seen at work; reported once a minute.",
)
TIMERS_UNEXPLAINED: Final = Metric(
    "lazsa_timers_unexplained",
    "gauge",
    "Timers due an hour ago that neither moved, were refused nor were parked.",
)
METRICS: Final = (
    *(TIMERS_TAKEN, CHUNK_LAG, SLOW_GUARDS, READY, TIMERS_DUE, PATHS_FAILING, PATHS_PARKED),
    *(
        PAUSES,
        NIGHTS_STOPPED,
        OUTBOX_NOTICES,
        OUTBOX_AGE,
        NOTICES_PARKED,
        RELAY_SILENT,
        TIMERS_UNEXPLAINED,
    ),
)
"""Every figure that the processes of any application serve."""
