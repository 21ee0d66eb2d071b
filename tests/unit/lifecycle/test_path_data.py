"""Data is checked by its model, field by field; its digest tells every change of a stored row."""

from __future__ import annotations

from decimal import Decimal
from typing import Annotated, Any

import pytest
from pydantic import BaseModel, Field, model_validator

from lazsa_flow.errors import HostCodeError, InputError
from lazsa_flow.lifecycle.path_data import (
    PERSONAL,
    CheckedData,
    GivenData,
    PathData,
    check_data,
    data_fields_of,
    describe_model,
    find_model_problems,
    find_row_fault,
)
from tests.factories import utc

SECRET = "Payer of Row Seven"


class Payment(BaseModel):
    """A payment."""

    amount: Annotated[Decimal, Field(gt=0)]
    payer: Annotated[str | None, PERSONAL] = None

    @model_validator(mode="after")
    def _check(self) -> Payment:
        if self.payer == "nobody":
            raise ValueError(SECRET)
        if self.payer == "bug":
            raise KeyError(SECRET)
        return self


def check(values: dict[str, Any] | None, model: type[BaseModel] | None = Payment) -> CheckedData:
    """Check data of the trigger ``pay``."""
    found = check_data(model, "pay", None if values is None else GivenData(values, "salt"))
    assert found is not None
    return found


def test_accepted() -> None:
    """Plain fields are JSON values, personal ones a text apart, whose digest hangs on the salt."""
    plain = check({"amount": "60.10"})
    assert (plain.fields_text, plain.personal, plain.personal_digest) == (
        '{"amount":"60.10"}',
        None,
        None,
    )
    told = check({"amount": "60.10", "payer": SECRET})
    assert told.fields == plain.fields
    assert told.personal is not None
    assert SECRET in told.personal
    assert SECRET not in repr(told) + repr(GivenData({"payer": SECRET}, "salt"))
    salted = check_data(Payment, "pay", GivenData({"amount": "60.10", "payer": SECRET}, "other"))
    assert salted is not None
    assert len({plain.digest, told.digest, salted.digest}) == 3
    row = PathData(2, "pay", told.fields, utc(2027, 4, 1), told.digest)
    assert row.decimal("amount") == Decimal("60.10")


def test_nothing_given() -> None:
    """Where nothing is given nothing is stored, unless a field is required."""

    class Note(BaseModel):
        text: str = ""

    assert check_data(None, "pay", None) is None
    assert check_data(Note, "pay", None) is None
    with pytest.raises(InputError, match="data of pay: amount: got nothing"):
        check(None)
    for values in ({}, {"amount": 1}):
        with pytest.raises(InputError, match="no data: this trigger takes none"):
            check(values, None)


@pytest.mark.parametrize("payer", [7, "nobody"])
def test_a_refused_value_that_may_be_personal_is_not_shown(payer: object) -> None:
    """Neither the value of a personal field nor the whole of the data stands in an error."""
    with pytest.raises(InputError) as refused:
        check({"amount": 1, "payer": payer, "colour": SECRET})
    assert [each.value for each in refused.value.problems] == ["(not shown)"] * 2


def test_a_model_that_raises_is_named() -> None:
    """What a model raises besides its own errors is the host's fault, without the value."""
    with pytest.raises(HostCodeError, match="data of pay") as raised:
        check({"amount": 1, "payer": "bug"})
    assert SECRET not in str(raised.value)


def test_models_that_would_lose_data() -> None:
    """What is no model, floats and aliases are refused when the table is built."""

    class Lossy(BaseModel):
        rate: float | None = None
        name: str = Field(alias="title")

    assert list(find_model_problems(int)) == ["its data is no pydantic model"]
    lossy = " ".join(find_model_problems(Lossy))
    assert "field rate of type float" in lossy
    assert "field name with an alias" in lossy
    assert list(find_model_problems(Payment)) == []
    assert describe_model(Payment)["payer"]["personal"] is True


def test_faults_of_stored_rows() -> None:
    """A row that is missing, unnamed or changed is told from one whose personal part is erased."""
    told = check({"amount": "60.10", "payer": SECRET})
    stored = ("pay", told.fields_text, told.digest, told.personal_digest, told.personal)
    assert find_row_fault(None, "pay", None, None, None, None, None) is None
    assert find_row_fault(told.digest, "pay", *stored) is None
    assert find_row_fault(told.digest, "pay", *stored[:-1], None) is None
    for named, moved_by, row, fault in (
        (told.digest, "pay", (None,) * 5, "is missing"),
        (None, "pay", stored, "names no data"),
        (told.digest, "settle", stored, "was changed"),
        (told.digest, "pay", ("pay", "{}", *stored[2:]), "was changed"),
        (told.digest, "pay", (*stored[:-1], "{}"), "personal data that it names was changed"),
    ):
        assert fault in str(find_row_fault(named, moved_by, *row))


def test_fields_are_named_in_their_order() -> None:
    """One that need not be given has a question mark; a trigger without data has none."""
    amount, payer = data_fields_of(Payment)
    assert [str(amount), str(payer)] == ["amount", "payer?"]
    assert (amount.personal, payer.personal) == (False, True)
    assert data_fields_of(None) == ()
