"""Canonical JSON: the one way in which JSON values are written before they are hashed.

Source:
    RFC 8785 (JSON Canonicalization Scheme), within what rows hold: ASCII keys, strings, integers,
    booleans and null; decimals and instants as strings.
"""

from __future__ import annotations

import json
from typing import Any, Final

_encoded: Final = json.JSONEncoder(sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode


def canonical(fields: Any) -> bytes:
    """Return the canonical bytes of JSON values. Source: RFC 8785."""
    return _encoded(fields).encode()
