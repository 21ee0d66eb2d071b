"""Policy texts of tests: the shipped one of the award under another version, with other values."""

from __future__ import annotations

import re

from tests.factories import policy_text


def changed_policy(version: str, **changes: str) -> str:
    """Return the award's policy under another version, with values changed by key, as TOML."""
    text = policy_text()
    for key, value in {"version": f'"{version}"', **changes}.items():
        text, count = re.subn(rf"(?m)^{key} = \S+", f"{key} = {value}", text)
        assert count == 1
    return text
