"""No secret is in a log or an error, and no template reaches the process that renders it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from pydantic import BaseModel, ConfigDict, SecretStr

from lazsa_flow.errors import ConfigError, TemplateError
from lazsa_flow.lifecycle.toml_text import read, read_toml
from lazsa_flow.notices.channels import open_channels
from lazsa_flow.notices.render import Renderer
from lazsa_flow.notices.sample import build_sample_context
from lazsa_flow.notices.secrets import read_secret
from lazsa_flow.notices.settings import Deployment
from tests.factories import country

if TYPE_CHECKING:
    from pathlib import Path

SECRET = "hunter2-SECRET"


class OwnSettings(BaseModel):
    """What a host's channel needs."""

    model_config = ConfigDict(extra="forbid", strict=True)

    pin: SecretStr
    port: int = 25


@pytest.mark.parametrize(
    "channel",
    [
        f'kind = "smtp"\npassword = "{SECRET}"',
        f'kind = "smtp"\nhost = "h"\nsender = "a@b.example"\nwhatever = "{SECRET}"',
        f'kind = "smtp"\nhost = "h"\nsender = "a@b.example"\npassword_env = ["{SECRET}"]',
        f'kind = "dingtalk"\nurl = "oapi.dingtalk.com/robot/send?access_token={SECRET}"',
        f'kind = "webhook"\nurl = "https:// hooks.example/{SECRET}"',
        f'kind = "webhook"\nurl = {{ path = "{SECRET}" }}',
        f'kind = "webhook"\nurl = "https://h.example/x"\nsecret_env = "{SECRET}"',
        f'kind = "webhook"\nurl = "https://h.example/x"\ntimeout_s = "https://u:{SECRET}@h"',
    ],
)
def test_a_setting_at_fault_tells_no_secret(channel: str) -> None:
    """Key and expectation are told, a value that may be a secret is not."""
    deployment = read_toml(Deployment, f"[channels.x]\n{channel}\n", where="lazsa.toml")
    with pytest.raises(ConfigError) as refused:
        open_channels(deployment)
    assert SECRET not in str(refused.value)
    assert "lazsa.toml [channels.x]" in str(refused.value) or "environment" in str(refused.value)


@pytest.mark.parametrize("fields", [{"pin": {SECRET: 1}}, {"pin": [SECRET]}, {"pin": 7}])
def test_a_hosts_own_secret_is_not_shown(fields: dict[str, Any]) -> None:
    """What a host's settings mark as secret is not shown, whatever its key is called."""
    with pytest.raises(ConfigError) as refused:
        read(OwnSettings, fields, where="x")
    assert SECRET not in str(refused.value)
    with pytest.raises(ConfigError, match="got 'many'"):
        read(OwnSettings, {"pin": SECRET, "port": "many"}, where="x")


def test_the_name_of_a_variable_may_be_the_secret_itself() -> None:
    """What was put where a variable's name belongs is shown only if it reads like one."""
    with pytest.raises(ConfigError, match="environment: LAZSA_NOT_SET: got nothing"):
        read_secret("LAZSA_NOT_SET")
    for name in (SECRET, "a\0b"):
        with pytest.raises(ConfigError, match=r"environment: \(not shown\): got nothing"):
            read_secret(name)


@pytest.mark.parametrize(
    "words",
    [
        "{{ cycler.__init__.__globals__.os.popen('id').read() }}",
        "{{ lipsum.__globals__ }}",
        "{{ ''.__class__.__mro__[1].__subclasses__() }}",
        "{{ kind.format.__globals__ }}",
        "{{ '{0.__class__.__mro__}'.format(kind) }}",
        "{{ steps.__class__.__base__ }}",
        "{{ self._TemplateReference__context.environment.__init__.__globals__ }}",
        "{{ range(999999999) | length }}",
    ],
)
def test_a_template_reaches_no_python(tmp_path: Path, words: str) -> None:
    """A translator's words read the values that they are given, and nothing of the process."""
    folder = tmp_path / "en"
    folder.mkdir()
    layout = "{% extends 'layout' %}{% block subject %}x{% endblock %}"
    (folder / "nominated.jinja").write_text(f"{layout}{{% block body %}}{words}{{% endblock %}}")
    with pytest.raises(TemplateError):
        Renderer(tmp_path).notice(build_sample_context("nominated", country()), "en")
