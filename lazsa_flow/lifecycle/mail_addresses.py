"""Addresses of mail: which ones can be one, and the form in which a mail server takes them.

A domain may be written in any script; servers know it by its A-labels. A local part beyond ASCII
is kept unchanged, and is sent only to a server that offers SMTPUTF8.

Source:
    RFC 5321, 4.1.2 and 4.5.3.1; RFC 5322, 3.4.1; RFC 5890, 2.3.2.1; RFC 6531, 3.3.
"""

from __future__ import annotations

import re
from typing import Final

import idna

LOCAL_BYTES: Final = 64
DOMAIN_CHARS: Final = 253
ADDRESS_BYTES: Final = 254

_ATOM_SIGNS: Final = frozenset("!#$%&'*+-/=?^_`{|}~")
_LABEL: Final = re.compile(r"[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?", re.ASCII | re.IGNORECASE)


def is_address(text: str) -> bool:
    """Return whether a text is an address with a full domain name, in any script."""
    local, at, domain = text.rpartition("@")
    if not at or not _is_local(local):
        return False
    labels = _a_labels(domain)
    if labels is None or "." not in labels or len(labels) > DOMAIN_CHARS:
        return False
    return len(f"{local}@{labels}".encode()) <= ADDRESS_BYTES


def encode_address_domain(address: str) -> str:
    """Return an address as a server takes it: its domain in A-labels.

    Raises:
        ValueError: The domain has none.
    """
    local, _, domain = address.rpartition("@")
    labels = _a_labels(domain)
    if labels is None:
        msg = "invalid domain in an address"
        raise ValueError(msg)
    return f"{local}@{labels}"


def needs_utf8(address: str) -> bool:
    """Return whether an address with its domain in A-labels needs SMTPUTF8."""
    return not address.isascii()


def _is_local(local: str) -> bool:
    """Return whether a text is a sequence of atoms separated by dots."""
    if len(local.encode("utf-8", "surrogatepass")) > LOCAL_BYTES:
        return False
    return all(atom and all(map(_is_atom_sign, atom)) for atom in local.split("."))


def _is_atom_sign(sign: str) -> bool:
    if sign.isascii():
        return sign.isalnum() or sign in _ATOM_SIGNS
    return sign.isprintable()


def _a_labels(domain: str) -> str | None:
    """Return a domain in A-labels; none where it is no domain."""
    try:
        if not domain.isascii():
            domain = idna.encode(domain, uts46=True).decode("ascii")
        labels = domain.split(".")
        for label in labels:
            if label.lower().startswith("xn--"):
                idna.ulabel(label.lower())
    except UnicodeError:  # idna's own errors are of this kind
        return None
    if labels[-1].isdigit() or not all(map(_LABEL.fullmatch, labels)):
        return None
    return domain
