"""What a process is told by its environment is checked before it does anything."""

from __future__ import annotations

from pathlib import Path

import pytest

from lazsa_flow.errors import InputError
from lazsa_flow.runner.settings import Settings

SOUND = {"LAZSA_DATABASE_URL": "sqlite:///x.db", "LAZSA_REDIS_URL": "redis://r/0"}


def test_settings_come_back_as_they_were_told() -> None:
    """What one process puts into the environment is what the next one reads."""
    settings = Settings("sqlite:///x.db", "redis://r/0", Path("/etc/lazsa"), True, "debug", 9191)
    assert Settings.read(settings.environment()) == settings
    least = Settings("sqlite:///x.db", "redis://r/0")
    assert Settings.read(least.environment()) == least == Settings.read(SOUND)


@pytest.mark.parametrize("name", sorted(SOUND))
def test_a_missing_variable_is_named(name: str) -> None:
    """Without database or broker no process starts; the error names the variable."""
    with pytest.raises(InputError, match=name):
        Settings.read({**SOUND, name: ""})


@pytest.mark.parametrize("port", ["x", "-1", "65536", "8080 "])
def test_a_port_is_a_number(port: str) -> None:
    """A port that is none is refused by name and value."""
    with pytest.raises(InputError, match="LAZSA_METRICS_PORT"):
        Settings.read({**SOUND, "LAZSA_METRICS_PORT": port})
