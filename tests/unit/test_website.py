"""The documentation site: its navigation, its links, and what is checked when it is built."""

from __future__ import annotations

from pathlib import Path
from typing import Final

import pytest

from docs.website import staging
from docs.website.checking import BuiltSite
from docs.website.links import Link, list_anchors, list_links, replace_links

ROOT: Final = Path(__file__).parents[2]
PAGE: Final = """\
# The `first` heading, and more

See [a file](b.md "title"), [an anchor](b.md#two-words), [this page](#twice_1),
[another host](https://example.com/a.md) and `[no link](c.md)`.

## Twice
## Twice
## [A link](b.md) in it

::: lazsa_flow.Actor

<a id="own"></a> <img src="d.svg" alt="">

```markdown
[no link](e.md)
# No heading
```
"""


def test_every_link_leads_to_a_file_and_an_anchor() -> None:
    """Each link of a page, in the repository as in the site, has a target that is there."""
    pages = [*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md"), *(ROOT / "config").rglob("*.md")]
    texts = {page: page.read_text("utf-8") for page in pages}
    anchors = {page: list_anchors(text) for page, text in texts.items()}
    broken = []
    for page, text in texts.items():
        for link in list_links(text):
            target = (page.parent / link.file).resolve() if link.file else page
            known = anchors.get(target)
            if not target.exists() or (link.anchor and known and link.anchor not in known):
                broken.append((str(page.relative_to(ROOT)), "#".join(link)))
    assert broken == []


def test_links_and_anchors_of_a_page() -> None:
    """Links in code are none; anchors are those that the site gives the headings."""
    assert list(list_links(PAGE)) == [
        Link("b.md", ""),
        Link("b.md", "two-words"),
        Link("", "twice_1"),
        Link("b.md", ""),
        Link("d.svg", ""),
    ]
    assert list_anchors(PAGE) == {
        *(
            "the-first-heading-and-more",
            "twice",
            "twice_1",
            "a-link-in-it",
            "own",
            "lazsa_flow.Actor",
        ),
    }


def test_links_are_replaced_where_they_are_links() -> None:
    """A new target keeps the link's title; code blocks and other hosts stay as they were."""
    changed = replace_links(PAGE, lambda link: f"x/{link.file}")
    assert '[a file](x/b.md "title")' in changed
    assert 'src="x/d.svg"' in changed
    assert "[no link](e.md)" in changed
    assert "https://example.com/a.md" in changed


def test_every_page_stands_in_the_navigation_once() -> None:
    """The navigation names each page: by itself, or by its folder."""
    named = staging._named(staging.read_configuration()["nav"])
    assert sorted(named) == staging.list_pages()


def test_the_navigation_follows_diataxis() -> None:
    """Tutorials, how-to guides, reference, explanation, then operations and decisions."""
    titles = [next(iter(each)) for each in staging.read_configuration()["nav"]]
    assert titles == [
        *("Home", "Tutorials", "How-to guides", "Reference", "Explanation"),
        *("Operations", "Decisions"),
    ]


@pytest.mark.parametrize(
    ("entry", "fault"),
    [
        ("  - Home: index.md\n  - Again: index.md\n", "twice ['index.md']"),
        ("  - Home: index.md\n  - Gone: gone.md\n", "not there ['gone.md']"),
        ("  - Nothing: index.md\n", "left out ["),
    ],
)
def test_a_navigation_that_does_not_fit_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, entry: str, fault: str
) -> None:
    """A page that is missing, stands twice or is left out is named."""
    file = tmp_path / "mkdocs.yml"
    file.write_text(f"nav:\n{entry}", "utf-8")
    monkeypatch.setattr(staging, "CONFIGURATION", file)
    with pytest.raises(staging.NavigationError) as refused:
        staging.read_configuration()
    assert fault in str(refused.value)


def test_what_is_no_page_goes_along_as_text(tmp_path: Path) -> None:
    """A link to a file of the repository leads to a copy of it in the site; pictures follow it."""
    staging.stage(tmp_path / "site")
    pages = tmp_path / "site" / "docs"
    alarms = (pages / "operations" / "alarms.md").read_text("utf-8")
    assert "](../source/config/alarms.yaml.txt)" in alarms
    copied = (pages / "source" / "config" / "alarms.yaml.txt").read_text("utf-8")
    assert copied == (ROOT / "config" / "alarms.yaml").read_text("utf-8")
    lifecycles = (pages / "reference" / "lifecycles.md").read_text("utf-8")
    assert "](award.svg#only-light)" in lifecycles
    assert "](award-dark.svg#only-dark)" in lifecycles
    for page in pages.rglob("*.md"):
        for link in list_links(page.read_text("utf-8")):
            target = (page.parent / link.file).resolve()
            assert target.is_relative_to(pages), f"{page.name}: {link.file}"


def test_what_is_wrong_with_a_built_site_is_named(tmp_path: Path) -> None:
    """Lost links and anchors, ids that stand twice, other hosts, lists shown as text."""
    (tmp_path / "a.html").write_text(
        '<h1 id="one"></h1><h2 id="one"></h2><a href="b.html#here">b</a><a href="#one">1</a>'
        '<a href="b.html#lost">b</a><a href="c.html">c</a><a href="https://example.com">e</a>'
        '<img src="data:image/png;base64,"><script src="https://example.com/x.js"></script>'
        "<p>Three things:\n- one</p><p><code>- none</code></p>",
        "utf-8",
    )
    (tmp_path / "b.html").write_text('<p id="here"></p>', "utf-8")
    assert list(BuiltSite(tmp_path).list_faults()) == [
        "a.html: b.html#lost: leads to no anchor",
        "a.html: c.html: leads to no file",
        "a.html: https://example.com/x.js: is fetched from another host",
        "a.html: the id one stands twice",
        "a.html: a list or table shown as text: 'Three things:\\n- one'",
    ]
