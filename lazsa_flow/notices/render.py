"""Rendering: what a notice says in a locale, as text and as HTML.

Each kind has one template, ``messages/<locale>/<kind>.jinja``. It is rendered in one layout as
plain text and in another as HTML, which escapes every value. A deployment's own ``messages`` folder
overrides ours; a locale that lacks a template takes it from the next in its chain. So a new locale
is a folder, and a new kind is a file.

Templates run in Jinja's sandbox: they can read the values passed to them, and nothing else of the
process.
"""

from __future__ import annotations

from dataclasses import fields
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING, Any, Final, Literal

from lazsa_flow.errors import NotFoundError, TemplateError
from lazsa_flow.extras import needs_extra
from lazsa_flow.lifecycle.contact import LOCALE
from lazsa_flow.lifecycle.values import value
from lazsa_flow.notices.blocks import as_anchor, as_html, as_text
from lazsa_flow.notices.digests import DIGESTED
from lazsa_flow.notices.explaining import explain_template_errors, read_words
from lazsa_flow.notices.path_data_words import find_messages, read_decimal, sum_of
from lazsa_flow.notices.ports import NoticeContext
from lazsa_flow.notices.words import LAST, Words, list_fallback_locales

with needs_extra("notices", "the wording of notices"):
    import jinja2
    from jinja2 import meta, nodes
    from jinja2.sandbox import ImmutableSandboxedEnvironment

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
    from importlib.resources.abc import Traversable
    from pathlib import Path

    from lazsa_flow.lifecycle.table import Lifecycle

Format = Literal["txt", "html"]
FORMATS: Final[tuple[Format, ...]] = ("txt", "html")
DIGEST: Final = "digest"
_SUFFIX: Final = ".jinja"
_NAMES: Final = tuple(each.name for each in fields(NoticeContext) if each.name != "country")
_FRAME: Final = ("greeting", "closing", "team", "footer")
NAMES: Final = frozenset(
    {*_NAMES, *_FRAME, "title", "country", "mailbox", "name", "locale", "subject"}
)
"""What every template may name."""


@value
class Rendered:
    """A notice in words.

    Attributes:
        locale: The locale of the text.
        subject: The subject line.
        text: The letter as plain text.
        html: The same as HTML.
    """

    locale: str
    subject: str
    text: str
    html: str

    def __repr__(self) -> str:
        """Write it in one line, without its text."""
        return f"<Rendered {self.locale}: {self.subject!r}, {len(self.text)} characters>"


class Renderer:
    """Renders notices; thread-safe.

    Args:
        messages: A deployment's own folder of words, which comes before all others.
        lifecycles: The tables whose packages may bring words, which come before ours.

    Raises:
        ConfigError: A table names words that are not there.
    """

    def __init__(self, messages: Path | None = None, lifecycles: Iterable[Lifecycle] = ()) -> None:
        ours = files("lazsa_flow") / "defaults" / "messages"
        brought = [find_messages(each) for each in lifecycles if each.messages]
        own: list[Traversable] = [] if messages is None else [messages]
        self._roots: list[Traversable] = [*own, *brought, ours]
        self._words = cache(self._read_words)
        self._environment = cache(self._make_environment)

    def kinds(self, locale: str = LAST, *, digested: bool = False) -> list[str]:
        """Return the kinds that have words in a locale, or in one that it falls back on.

        Args:
            locale: The locale.
            digested: List those that are sent in a digest, instead of those that are sent alone.
        """
        found = {
            file.name.removesuffix(_SUFFIX)
            for root in self._roots
            for each in list_fallback_locales(locale)
            for file in _list_files(root / each / DIGEST if digested else root / each)
            if file.name.endswith(_SUFFIX)
        }
        return sorted(found - {DIGEST})

    def locales(self) -> list[str]:
        """Return the locales that have words of their own."""
        return sorted(
            {
                folder.name
                for root in self._roots
                for folder in _list_files(root)
                if folder.is_dir() and LOCALE.fullmatch(folder.name)
            }
        )

    def team(self, country: str, locale: str) -> str:
        """Return what a country's team is called."""
        return self._words(locale).frame("", country, "")["team"]

    def notice(self, matter: NoticeContext, locale: str, name: str = "") -> Rendered:
        """Render one notice to one person or mailbox.

        Args:
            matter: What it is about.
            locale: In which locale.
            name: The recipient's name, if it is known.

        Raises:
            NotFoundError: The kind has no words in any locale of the chain.
            TemplateError: Its template is wrong, or words that it uses.
        """
        return self._render(matter.kind, matter, locale, name, **_list_template_values(matter))

    def digest(
        self,
        matters: Sequence[NoticeContext],
        locale: str,
        *,
        to: str = DIGESTED[0],
        name: str = "",
    ) -> Rendered:
        """Render many notices for one recipient as one, grouped by their kinds.

        Args:
            matters: What they are about.
            locale: In which locale.
            to: The recipient's class.
            name: The recipient's name, if it is for a person and known.

        Raises:
            NotFoundError: One of the kinds has no words in any locale of the chain.
            TemplateError: One of the templates is wrong, or words that it uses.
        """
        sections: dict[str, list[dict[str, Any]]] = {}
        for matter in matters:
            self._template(f"{DIGEST}/{matter.kind}", "txt", locale)
            sections.setdefault(matter.kind, []).append(_list_template_values(matter))
        return self._render(DIGEST, matters[0], locale, name, sections=sections, to=to)

    def _render(
        self, template: str, matter: NoticeContext, locale: str, name: str, **values: Any
    ) -> Rendered:
        with explain_template_errors(template):
            return self._put_into_words(template, matter, locale, name, values)

    def _put_into_words(
        self, template: str, matter: NoticeContext, locale: str, name: str, values: dict[str, Any]
    ) -> Rendered:
        country = matter.country
        values |= {
            "title": country.title or "",
            "country": country.name,
            "mailbox": country.mailbox or "",
            "name": name,
            "locale": locale,
            **self._words(locale).frame(name, country.name, country.mailbox or ""),
        }
        text, html = (self._template(template, format_, locale) for format_ in FORMATS)
        if "subject" not in text.blocks:
            raise TemplateError(text.filename or template, None, "it has no block named subject")
        context = _build_template_context(text, values)
        values["subject"] = " ".join("".join(text.blocks["subject"](context)).split())
        return Rendered(
            locale=locale,
            subject=values["subject"],
            text="".join(text.root_render_func(context)).strip() + "\n",
            html="".join(html.root_render_func(_build_template_context(html, values))),
        )

    def _template(self, name: str, format_: Format, locale: str) -> jinja2.Template:
        try:
            return self._environment(format_, locale).get_template(name)
        except jinja2.TemplateNotFound:
            raise NotFoundError("words of the notice", name) from None

    def _make_environment(self, format_: Format, locale: str) -> jinja2.Environment:
        words = self._words(locale)
        environment = ImmutableSandboxedEnvironment(
            loader=jinja2.FunctionLoader(lambda name: self.source(name, format_, locale)),
            autoescape=format_ == "html",
            undefined=jinja2.StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
            cache_size=-1,  # there are few, and they do not change while a relay runs
            auto_reload=False,
        )
        environment.filters.update(
            day=words.day,
            reason=words.reason,
            reason_of_other=words.reason_of_other,
            figure=words.figure,
            anchor=as_anchor if format_ == "html" else str,
            step=words.step,
            unmet=words.unmet,
            decimal=read_decimal,
            sum_of=sum_of,
            blocks=as_html if format_ == "html" else as_text,
        )
        return environment

    def source(
        self, name: str, format_: Format, locale: str
    ) -> tuple[str, str, Callable[[], bool]] | None:
        """Return a template's text and file, and that it does not change, as jinja wants it."""
        if name == "layout":
            found = self._read(f"layout.{format_}", (".", *list_fallback_locales(locale)))
        else:
            found = self._read(name + _SUFFIX, list_fallback_locales(locale))
        return found and (*found, lambda: True)

    def undefined(
        self, name: str, locale: str, known: Collection[str]
    ) -> list[tuple[str, int, str]]:
        """Return the names that a template reads and nobody gives it, in every branch of it.

        Args:
            name: That of a kind's template, which is the same as text and as HTML.
            locale: In which locale.
            known: What it is given.

        Returns:
            Each with its file and line; none of a template that cannot be read at all.
        """
        try:
            environment = self._environment("txt", locale)
            found = self.source(name, "txt", locale)
            if found is None:
                return []
            text, file, _ = found
            tree = environment.parse(text, name, file)
            unknown = meta.find_undeclared_variables(tree) - {*known, *environment.globals}
        except (TemplateError, jinja2.TemplateError):
            return []
        names = [node for node in tree.find_all(nodes.Name) if node.ctx == "load"]
        return [(file, node.lineno, node.name) for node in names if node.name in unknown]

    def _read(self, name: str, folders: Sequence[str]) -> tuple[str, str] | None:
        for folder in folders:
            for root in self._roots:
                file = root / folder / name
                if file.is_file():
                    return read_words(file), str(file)
        return None

    def _read_words(self, locale: str) -> Words:
        found = [
            root / folder / "words.toml"
            for folder in list_fallback_locales(locale)
            for root in self._roots
        ]
        return Words((read_words(file), str(file)) for file in found if file.is_file())


def _list_files(folder: Traversable) -> Iterator[Traversable]:
    return folder.iterdir() if folder.is_dir() else iter(())


def _build_template_context(
    template: jinja2.Template, values: dict[str, Any]
) -> jinja2.runtime.Context:
    """Return what ``Template.render`` would make for itself, at a fifth of its price."""
    return template.new_context({**template.environment.globals, **values}, shared=True)


def _list_template_values(matter: NoticeContext) -> dict[str, Any]:
    """Return what a template may name, the country aside."""
    return {name: getattr(matter, name) for name in _NAMES}
