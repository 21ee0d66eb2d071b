"""Addresses of mail: in every script, and none that nobody can be reached at."""

from __future__ import annotations

import pytest

from lazsa_flow.lifecycle.mail_addresses import encode_address_domain, is_address, needs_utf8


@pytest.mark.parametrize(
    ("address", "is_one", "as_sent"),
    [
        ("info@xn--mnchen-3ya.example", True, "info@xn--mnchen-3ya.example"),
        ("info@münchen.example", True, "info@xn--mnchen-3ya.example"),
        ("a@例え.jp", True, "a@xn--r8jz45g.jp"),
        ("สมชาย@example.com", True, "สมชาย@example.com"),
        ("o'neil+x@example.com", True, "o'neil+x@example.com"),
        ("a" * 64 + "@example.com", True, "a" * 64 + "@example.com"),
        ("a" * 65 + "@example.com", False, None),
        ("a@" + "b" * 64 + ".com", False, None),
        ("a@" + ".".join(["b" * 60] * 5), False, None),
        *((each, False, None) for each in ("x@-..-", ".a..b.@example.com", "a@b", "a@1.2.3.4")),
        *((each, False, None) for each in ("a@b.c-", "a@-b.c", "a.@b.com", "a..b@c.com", "@b.com")),
        *((each, False, None) for each in ("a b@c.com", "a@b@c.com", "<a@b.com>", "a@b.com\n", "")),
        *(
            (each, False, None)
            for each in ("a@xn--.com", "a@b_c.com", "a\u200b@b.com", "a@\ud800.c")
        ),
    ],
)
def test_addresses(address: str, *, is_one: bool, as_sent: str | None) -> None:
    """Domains in every script, local parts beyond ASCII; what cannot be an address is none."""
    assert is_address(address) is is_one
    if as_sent is not None:
        assert encode_address_domain(address) == as_sent


def test_what_needs_smtputf8() -> None:
    """A local part beyond ASCII does; a domain in A-labels does not (RFC 6531)."""
    assert needs_utf8(encode_address_domain("ü@münchen.example"))
    assert not needs_utf8(encode_address_domain("u@münchen.example"))


def test_a_domain_that_is_none() -> None:
    """What is no domain is sent nowhere."""
    with pytest.raises(ValueError, match="invalid domain"):
        encode_address_domain("x@-..-")
