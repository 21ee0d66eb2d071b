"""Policy files: a policy as it stands in a file that is named after its version."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lazsa_flow.config.files import read_file
from lazsa_flow.errors import printable
from lazsa_flow.lifecycle.policy import PolicyText
from lazsa_flow.lifecycle.toml_text import parse_toml

if TYPE_CHECKING:
    from pathlib import Path


def read_policy_file(file: Path) -> PolicyText:
    """Return the policy of a file, unchecked, with the version after which the file is named.

    Raises:
        ConfigError: It cannot be read, or is no TOML.
    """
    where = printable(str(file))
    text = read_file(file, where=where)
    lifecycle = parse_toml(text, where=where).get("lifecycle")
    return PolicyText(lifecycle if isinstance(lifecycle, str) else "", file.stem, text)
