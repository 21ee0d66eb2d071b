"""The options ``--data`` and ``--data-file`` read one JSON object, and lose or show none of it."""

from __future__ import annotations

import io
from decimal import Decimal
from pathlib import Path

import pytest

from lazsa_flow.cli.data import read_data
from lazsa_flow.errors import InputError


def test_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """An object from an option, a file or standard input; fractions are decimals."""
    file = tmp_path / "data.json"
    file.write_text('{"amount": 0.10000000000000000001}', "utf-8")
    exact = {"amount": Decimal("0.10000000000000000001")}
    assert read_data(None, None) is None
    assert read_data('{"amount": 60.10, "n": 3}', None) == {"amount": Decimal("60.10"), "n": 3}
    assert read_data(None, file) == exact
    monkeypatch.setattr("sys.stdin", io.StringIO(file.read_text("utf-8")))
    assert read_data(None, Path("-")) == exact


@pytest.mark.parametrize(
    "text", ["", "[1]", "7", "{", '{"a": NaN}', '{"a": 1, "a": 2}', "[" * 99_999, '"Jane Doe"']
)
def test_refused(text: str) -> None:
    """What is no JSON object, or would lose a value, is refused; an error shows none of it."""
    with pytest.raises(InputError, match="option: --data: got text that is not shown") as refused:
        read_data(text, None)
    assert "Jane" not in str(refused.value)


def test_not_both_and_a_file_that_can_be_read(tmp_path: Path) -> None:
    """One of the two options, and a file that is there and is text."""
    with pytest.raises(InputError, match="both --data and --data-file"):
        read_data("{}", tmp_path)
    bytes_ = tmp_path / "bytes"
    bytes_.write_bytes(b"\xff\xfe")
    for file in (tmp_path / "none.json", tmp_path, bytes_):
        with pytest.raises(InputError, match=f"--data-file: got {file.name}: .*Error"):
            read_data(None, file)
