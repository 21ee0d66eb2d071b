"""Databases as people name them: several in one text, each under a short name that is no secret."""

from __future__ import annotations

import pytest

from lazsa_flow.database_urls import name_databases, split_urls, strip_name
from lazsa_flow.errors import InputError


@pytest.mark.parametrize(
    ("text", "urls"),
    [
        ("sqlite:///a.db", ["sqlite:///a.db"]),
        ("sqlite:///a.db sqlite:///b.db", ["sqlite:///a.db", "sqlite:///b.db"]),
        (" sqlite:///a.db,\n x=sqlite:///b.db, ", ["sqlite:///a.db", "x=sqlite:///b.db"]),
        ("sqlite:////my folder/a, b.db", ["sqlite:////my folder/a, b.db"]),
        ("postgresql://u@h1:5432,h2:5432/lazsa", ["postgresql://u@h1:5432,h2:5432/lazsa"]),
        ("", []),
    ],
)
def test_split(text: str, urls: list[str]) -> None:
    """Spaces and commas part URLs, and never what stands within one."""
    assert split_urls(text) == urls


@pytest.mark.parametrize(
    ("texts", "names"),
    [
        (["sqlite:///sg.db", "sqlite:////var/id.db"], ["sg", "id"]),
        (["postgresql://u:secret@h/lazsa_sg?sslmode=require"], ["lazsa_sg"]),
        (["ph=postgresql://u:secret@h/lazsa", "sqlite:///x.db"], ["ph", "x"]),
        (["sqlite:////ph/lazsa.db", "sqlite:////sg/lazsa.db"], ["ph-lazsa", "sg-lazsa"]),
        (["postgresql://u:s@db1/lazsa postgresql://u:s@db2/lazsa"], ["db1-lazsa", "db2-lazsa"]),
        (["sqlite:////z/a.db", "sqlite:////y/z/a.db"], ["z-a-1", "z-a-2"]),
        (["a=sqlite:///b.db", "sqlite:///a.db"], ["a", "a-1"]),
        (["postgresql://u:pa?s@h/sg", "postgresql://h/p@ss"], ["database-1", "database-2"]),
        (["postgresql://u:pa/secret?@h/sg"], ["database"]),
        (["postgresql://[u:secret@h/sg"], ["database"]),
    ],
)
def test_names(texts: list[str], names: list[str]) -> None:
    """A name is the one given, else the database's or file's; no two are the same."""
    named = name_databases(texts)
    assert [each.name for each in named] == names
    assert "secret" not in repr(named)


@pytest.mark.parametrize(
    ("texts", "said"),
    [
        ([], "url: got 'nothing'"),
        (["", " "], "url: got 'nothing'"),
        (["sqlite:///a.db", "b=sqlite:///a.db"], "each database once"),
        (["postgresql://u:secret@h/sg postgresql://u:secret@h/sg"], "got 'sg'"),
        (["x=sqlite:///a.db x=sqlite:///b.db"], "name: got 'x'"),
    ],
)
def test_refused(texts: list[str], said: str) -> None:
    """None, one that is named twice, and two of one name are refused, without a password."""
    with pytest.raises(InputError, match=said) as caught:
        name_databases(texts)
    assert "secret" not in str(caught.value)


def test_strip_name() -> None:
    """A command for one database takes it with its name, too."""
    assert strip_name("sg=sqlite:///a=b.db") == "sqlite:///a=b.db"
    assert strip_name("sqlite:///a=b.db") == "sqlite:///a=b.db"
