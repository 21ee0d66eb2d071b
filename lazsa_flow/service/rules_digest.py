"""Digest of the rules in force, with which is sealed what persons approve."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lazsa_flow.engine.journal import digest
from lazsa_flow.lifecycle.calendar import instant_text

if TYPE_CHECKING:
    from lazsa_flow.store.transaction import SqlTransaction


def rules_digest(transaction: SqlTransaction) -> str:
    """Return the digest of the rules in force: policies, countries, suspensions and lifecycles."""
    policies = [
        [each.text.lifecycle, each.text.version, each.text.sha256, instant_text(each.in_force_from)]
        for each in transaction.policy_versions()
    ]
    countries = [
        [each.text.code, each.number, each.text.sha256] for each in transaction.country_versions()
    ]
    suspended = [[country, on.isoformat()] for country, on in transaction.suspensions()]
    return digest(
        {
            "policies": sorted(policies),
            "countries": sorted(countries),
            "suspensions": sorted(suspended),
            "lifecycles": dict(transaction.stamp().lifecycles),
        }
    )
