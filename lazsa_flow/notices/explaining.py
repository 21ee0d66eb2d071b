"""Faults of templates: which file, which line, and what is wrong there.

Whatever a template raises while it is read or rendered becomes one error of ours, so that neither
the preview nor the relay nor doctor shows a traceback of the template engine.
"""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

from lazsa_flow.errors import LazsaError, TemplateError
from lazsa_flow.extras import needs_extra

with needs_extra("notices", "the wording of notices"):
    import jinja2
    from jinja2.debug import rewrite_traceback_stack

if TYPE_CHECKING:
    from collections.abc import Iterator
    from importlib.resources.abc import Traversable
    from types import TracebackType

_ENDINGS = (".jinja", ".txt", ".html")


@contextmanager
def explain_template_errors(template: str) -> Iterator[None]:
    """Let what a template raises come out as an error that names file and line.

    Args:
        template: Its name, for what has no file.

    Raises:
        TemplateError: The template is wrong.
    """
    try:
        yield
    except LazsaError:
        raise
    except jinja2.TemplateSyntaxError as error:
        named = error.filename or error.name or template
        raise TemplateError(named, error.lineno, f"syntax error: {error.message}") from None
    except jinja2.TemplateNotFound as error:
        file, line = _find_template_line(rewrite_traceback_stack().__traceback__)
        fault = f"it names a template that is not there: {error}"
        raise TemplateError(file or template, line, fault) from None
    except Exception as error:
        file, line = _find_template_line(rewrite_traceback_stack().__traceback__)
        fault = str(error) if isinstance(error, jinja2.TemplateError) else _describe_cause(error)
        raise TemplateError(file or template, line, fault) from None


def _describe_cause(error: Exception) -> str:
    """Describe what Python raised; its text shows a value that is wrong for a filter."""
    return f"it cannot be rendered: {type(error).__name__}: {error}"


def _find_template_line(trace: TracebackType | None) -> tuple[str | None, int | None]:
    """Return the innermost file and line of a template in a traceback."""
    file, line = None, None
    while trace is not None:
        name = trace.tb_frame.f_code.co_filename
        if name.endswith(_ENDINGS):
            file, line = name, trace.tb_lineno
        trace = trace.tb_next
    return file, line


def read_words(file: Traversable) -> str:
    """Read a template or a file of words.

    Raises:
        TemplateError: It is no text in UTF-8.
    """
    try:
        return file.read_text("utf-8")
    except UnicodeDecodeError:
        raise TemplateError(str(file), None, "it is no text in UTF-8") from None
