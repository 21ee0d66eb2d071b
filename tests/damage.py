"""Damage to a database file, of every kind that disks, copies and people do."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import random

PAGE = 4096


def _bytes(data: bytearray, chance: random.Random) -> None:
    for _ in range(chance.choice((1, 30))):
        data[chance.randrange(len(data))] = chance.randrange(256)


def _truncated(data: bytearray, chance: random.Random) -> None:
    del data[chance.randrange(len(data)) :]


def _zero_page(data: bytearray, chance: random.Random) -> None:
    page = chance.randrange(len(data) // PAGE) * PAGE
    data[page : page + PAGE] = bytes(PAGE)


def _random_page(data: bytearray, chance: random.Random) -> None:
    page = chance.randrange(len(data) // PAGE) * PAGE
    data[page : page + PAGE] = chance.randbytes(PAGE)


def _header(data: bytearray, chance: random.Random) -> None:
    for _ in range(10):
        data[chance.randrange(100)] = chance.randrange(256)


def _page_headers(data: bytearray, chance: random.Random) -> None:
    for number in range(1, len(data) // PAGE, 3):
        data[number * PAGE + chance.randrange(12)] = chance.randrange(256)


def _texts(data: bytearray, chance: random.Random) -> None:
    for number in range(chance.randrange(1000), len(data), 997):
        if 32 < data[number] < 127:
            data[number] = 0xFF


WAYS = (_bytes, _truncated, _zero_page, _random_page, _header, _page_headers, _texts)


def damaged(content: bytes, chance: random.Random) -> bytes:
    """Return a file's content, damaged in one of the ways."""
    data = bytearray(content)
    chance.choice(WAYS)(data, chance)
    return bytes(data)
