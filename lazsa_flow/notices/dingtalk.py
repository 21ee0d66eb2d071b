"""Notices into a DingTalk group, through the group's robot.

A robot accepts 20 messages a minute: set ``per_minute = 20``. The notice's key is the last line of
the message, because the chat has no other place for it.

Source:
    DingTalk, custom robots: signature (timestamp and secret, HMAC-SHA256), error codes.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import re
from typing import TYPE_CHECKING, Annotated, ClassVar, Final

from pydantic import BaseModel, ConfigDict, Field

from lazsa_flow.errors import DeliveryError
from lazsa_flow.lifecycle.policy_fields import HttpAddress  # noqa: TC001 - read at run time
from lazsa_flow.notices.secrets import read_secret
from lazsa_flow.notices.web import Poster

if TYPE_CHECKING:
    from lazsa_flow.notices.ports import Letter

_TOO_FAST: Final = 130101
_TOO_FAST_S: Final = 60.0
_UNFIT: Final = frozenset({40035, 430101, 430102, 430103, 430104})
"""Errors of one message: a malformed one, or one whose contents the chat does not take."""
_MARKS: Final = re.compile(r"([\\`*_\[\]<>#!|~])")


class DingTalkSettings(BaseModel):
    """Which robot.

    Attributes:
        url: Where the robot takes messages.
        token_env: The variable of the environment that holds the robot's token.
        secret_env: The variable of the environment that holds the secret that messages are signed
            with.
        timeout_s: For connecting, and for the answer, in seconds.
    """

    model_config: ClassVar[ConfigDict] = ConfigDict(extra="forbid", frozen=True, strict=True)

    url: HttpAddress = "https://oapi.dingtalk.com/robot/send"
    token_env: str = "LAZSA_DINGTALK_TOKEN"
    secret_env: str = "LAZSA_DINGTALK_SECRET"
    timeout_s: Annotated[float, Field(gt=0, le=120)] = 10.0


class DingTalkChannel:
    """Says each notice in the group."""

    Settings = DingTalkSettings
    needs_contact = False

    def __init__(self, settings: DingTalkSettings) -> None:
        self._url = settings.url
        self._token = read_secret(settings.token_env)
        self._secret = read_secret(settings.secret_env).encode()
        self._poster = Poster(settings.timeout_s)

    def send(self, letter: Letter) -> None:
        """Post it; an answer of HTTP 200 may still hold an error."""
        sent_ms = str(int(letter.sent_at.timestamp() * 1000))
        params = {
            "access_token": self._token,
            "timestamp": sent_ms,
            "sign": sign_instant(self._secret, sent_ms),
        }
        headers = {"content-type": "application/json"}
        answer = self._poster.post(self._url, _write_message_body(letter), headers, params)
        try:
            code = int(json.loads(answer.body)["errcode"])
        except (ValueError, KeyError, TypeError, OverflowError, RecursionError):
            raise DeliveryError("dingtalk_answer", rests=True) from None
        if code:
            raise _build_refusal(code)

    def close(self) -> None:
        """Close the connections."""
        self._poster.close()


def sign_instant(key: bytes, sent_ms: str) -> str:
    """Return the robot's signature of an instant."""
    digest = hmac.new(key, sent_ms.encode() + b"\n" + key, hashlib.sha256).digest()
    return base64.b64encode(digest).decode()


def _write_message_body(letter: Letter) -> bytes:
    text = _MARKS.sub(r"\\\1", letter.text)
    subject = _MARKS.sub(r"\\\1", letter.subject)
    markdown = {"title": letter.subject, "text": f"### {subject}\n\n{text}\n\n`{letter.key}`"}
    return json.dumps({"msgtype": "markdown", "markdown": markdown}, ensure_ascii=False).encode()


def _build_refusal(code: int) -> DeliveryError:
    name = f"dingtalk_{code}"
    if code == _TOO_FAST:
        return DeliveryError(name, after_s=_TOO_FAST_S, rests=True)
    # all else (signature, token, key words, allowed addresses) is the channel's affair
    return DeliveryError(name, permanent=code in _UNFIT, rests=code not in _UNFIT)
