"""Checks of notices: channels, routes, and every template in every locale.

What they need is imported when they run, for the extra ``notices`` may not be installed.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from lazsa_flow.runner.doctor.examination import Check

if TYPE_CHECKING:
    from collections.abc import Iterator

    from lazsa_flow.runner.doctor.examination import Examination


def check_channels(examination: Examination) -> Iterator[Check]:
    """Open every channel, and let those that can be asked say whether they would work."""
    from lazsa_flow.notices.checking import check_channels as channel_reports
    from lazsa_flow.notices.checking import check_resolver

    deployment = examination.config.deployment
    for report in channel_reports(deployment):
        if report.fault is not None:
            yield Check("channels", "fault", f"{report.name}: {report.fault}")
        else:
            how = "works" if report.asked else "configured, not asked"
            yield Check("channels", "ok", f"{report.name} ({report.kind}): {how}")
    fault = check_resolver(deployment)
    if fault is not None:
        yield Check("channels", "fault", fault)


def check_templates(examination: Examination) -> Iterator[Check]:
    """Render every template in every locale with made-up matters."""
    from lazsa_flow.notices.checking import check_words, unspoken_kinds
    from lazsa_flow.notices.render import Renderer

    config = examination.config
    renderer = Renderer(config.messages, config.lifecycles)
    faults = list(check_words(renderer, config.countries, config.lifecycles))
    for fault in faults:
        yield Check("templates", "fault", str(fault))
    for kind in sorted(set(unspoken_kinds(renderer, config.lifecycles))):
        yield Check("templates", "warning", f"{kind}: it would be parked")
    if not faults:
        kinds = len(renderer.kinds()) + len(renderer.kinds(digested=True))
        found = f"{kinds} kinds in {', '.join(renderer.locales())} can be rendered"
        yield Check("templates", "ok", found)
