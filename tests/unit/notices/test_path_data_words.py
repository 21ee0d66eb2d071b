"""Data in notices: amounts are added up as decimals, and made-up data fits every model."""

from __future__ import annotations

from datetime import date  # noqa: TC003 - pydantic reads it
from decimal import Decimal
from enum import Enum
from typing import Annotated, Literal

import pytest
from pydantic import BaseModel, Field

from lazsa_flow.errors import ConfigError, TemplateError
from lazsa_flow.lifecycle.path_data import PERSONAL, PathData
from lazsa_flow.notices.path_data_words import (
    example_fields,
    find_messages,
    read_decimal,
    sum_of,
)
from tests.factories import table, utc

DUE = utc(2027, 4, 1)


class Colour(Enum):
    """A field of a closed set."""

    red = "red"


class Order(BaseModel):
    """A model with a field of each kind."""

    number: Annotated[str, Field(examples=["2026-001"])]
    name: str
    count: int | None = None
    paid: bool
    amount: Decimal
    size: Literal["small", "large"]
    colour: Colour
    on: date
    buyer: Annotated[str, PERSONAL]


def test_amounts_are_decimals() -> None:
    """A sum loses no digit, passes by rows without the field, and can be of one trigger."""
    amounts = (("pay", {"amount": "0.10"}), ("pay", {"amount": "0.20"}), ("fee", {"amount": "1"}))
    rows = [PathData(n, each, fields, DUE, "") for n, (each, fields) in enumerate(amounts)]
    rows.append(PathData(9, "pay", {"note": 1, "amount": None}, DUE, ""))
    assert sum_of(rows, "amount", "pay") == Decimal("0.30")
    assert sum_of(rows, "amount") == Decimal("1.30")
    assert read_decimal("0.10") - sum_of([], "amount") == Decimal("0.10")
    with pytest.raises(TemplateError, match="no decimal number"):
        read_decimal("much")


def test_made_up_data_fits_its_model() -> None:
    """A preview has a value for each plain field, and none for a personal one."""
    made = example_fields(Order)
    assert made["number"] == "2026-001"
    assert (made["size"], made["colour"], made["amount"]) == ("small", "red", "100.00")
    assert "buyer" not in made
    Order.model_validate({**made, "buyer": "somebody"})


@pytest.mark.parametrize("messages", ["none_such:messages", "lazsa_flow:none", ":", "a b:c"])
def test_messages_that_are_not_there(messages: str) -> None:
    """A table whose package has no such folder of templates is named in the error."""
    with pytest.raises(ConfigError, match="lifecycle door: messages: got"):
        find_messages(table(messages=messages))
