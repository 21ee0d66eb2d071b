"""The pages that nobody writes by hand say what the tables say now."""

from __future__ import annotations

import importlib.util
import inspect
import re
from pathlib import Path
from typing import Any

import prometheus_client as prometheus
from typer.main import get_command

import lazsa_flow
from docs.pages.docstrings import read_docstring
from docs.pages.errors import NEXT, list_errors
from lazsa_flow.award.cli.app import app
from lazsa_flow.runner.lifeline import SUPERVISOR
from lazsa_flow.runner.metric_names import METRICS
from lazsa_flow.runner.metrics import Counters
from tests.golden.surface import functions

ROOT = Path(__file__).parents[2]


def _generate() -> Any:
    """Return docs/generate.py as a module."""
    spec = importlib.util.spec_from_file_location("docs_pages", ROOT / "docs" / "generate.py")
    assert spec is not None
    assert spec.loader is not None
    generate = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(generate)
    return generate


def test_no_page_is_stale() -> None:
    """Every generated page and picture is what docs/generate.py would write now."""
    assert _generate().stale() == []


def test_every_lifecycle_is_shown() -> None:
    """The page of the lifecycles has each table's picture, on both papers, and its Mermaid text."""
    text = (ROOT / "docs" / "reference" / "lifecycles.md").read_text("utf-8")
    for lifecycle in _generate().TABLES:
        assert f'<img src="{lifecycle.name}.svg"' in text
        assert f'srcset="{lifecycle.name}-dark.svg"' in text
    assert text.count("```mermaid") == 3


def test_every_public_name_is_in_the_api() -> None:
    """Each exported name, and each method of the services, is shown by a page of the reference."""
    folder = ROOT / "docs" / "reference" / "api"
    shown = "\n".join(page.read_text("utf-8") for page in sorted(folder.glob("*.md")))
    names = set(re.findall(r"^::: lazsa_flow\.(.+)$", shown, re.MULTILINE))
    errors = {each.__name__ for each in list_errors()}
    assert names | errors >= set(lazsa_flow.__all__)
    for service in ("FlowService", "Programme"):
        methods = {f"{service}.{name}" for name, _ in functions(service)}
        assert {name for name in names if name.startswith(f"{service}.")} == methods


def test_every_error_is_described() -> None:
    """Each error of ours says when it is raised, what it carries and what to do next."""
    page = (ROOT / "docs" / "reference" / "errors.md").read_text("utf-8")
    for error in list_errors():
        said = read_docstring(error)
        assert said.summary.endswith("."), error
        assert said.sections[NEXT][""].endswith("."), error
        assert f"\n## {error.__name__}\n" in page
        inherited = {name for base in error.__mro__[1:] for name in list_error_fields(base)}
        missing = set(list_error_fields(error)) - inherited - {"args"}
        assert missing <= said.sections.get("attributes", {}).keys(), (error, missing)


def list_error_fields(error: type) -> set[str]:
    """List the fields that an error sets when it is made."""
    made = vars(error).get("__init__")
    source = inspect.getsource(made) if inspect.isfunction(made) else ""
    return set(re.findall(r"\bself\.(\w+)(?:: [^=\n]+)? = ", source))


def test_every_variable_of_the_environment_is_described() -> None:
    """Each variable that the package names is on the page of the configuration."""
    page = (ROOT / "docs" / "reference" / "configuration.md").read_text("utf-8")
    sources = (file.read_text("utf-8") for file in (ROOT / "lazsa_flow").rglob("*.py"))
    named = {name for text in sources for name in re.findall(r"\"(LAZSA_[A-Z_]+)\"", text)}
    assert {name for name in named if f"`{name}`" not in page} == {SUPERVISOR}


def test_every_command_is_described() -> None:
    """Each command and group of commands has its part of the page, with every option."""
    page = (ROOT / "docs" / "reference" / "commands.md").read_text("utf-8")
    group: Any = get_command(app)
    for name, command in group.commands.items():
        for each in getattr(command, "commands", {"": command}):
            words = f"lazsa-flow {name} {each}".strip()
            assert f"### `{words}`\n" in page, words
        for parameter in command.params:
            assert all(f"`{option}`" in page for option in parameter.opts if option[0] == "-")


def test_every_metric_that_is_served_is_described() -> None:
    """What the counters register, and each gauge, is on the page with its labels."""
    page = (ROOT / "docs" / "reference" / "metrics.md").read_text("utf-8")
    registry = prometheus.CollectorRegistry()
    Counters(registry)
    registered = {family.name for family in registry.collect()}
    known = {each.name.removesuffix("_total") for each in METRICS}
    assert registered <= known
    for each in METRICS:
        labels = ", ".join(f"`{label}`" for label in each.labels)
        assert f"| `{each.name}` | {each.kind} | {labels} |" in page
