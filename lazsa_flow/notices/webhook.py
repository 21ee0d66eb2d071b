"""Notices as signed JSON, posted to a service of the host's.

The receiver gets the subject's id, never an address, and the notice's key as ``webhook-id`` and as
``Idempotency-Key``: the same again is a repeat.

Source:
    Standard Webhooks: ``webhook-id``, ``webhook-timestamp``, ``webhook-signature``.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from typing import TYPE_CHECKING, Annotated, ClassVar

from pydantic import BaseModel, ConfigDict, Field

from lazsa_flow.lifecycle.policy_fields import HttpAddress  # noqa: TC001 - read at run time
from lazsa_flow.notices.secrets import read_secret
from lazsa_flow.notices.web import Poster

if TYPE_CHECKING:
    from lazsa_flow.notices.ports import Letter


class WebhookSettings(BaseModel):
    """Where to post, and with which secret to sign.

    Attributes:
        url: Where notices are posted.
        secret_env: The variable of the environment that holds the secret that posts are signed
            with.
        timeout_s: For connecting, and for the answer, in seconds.
    """

    model_config: ClassVar[ConfigDict] = ConfigDict(extra="forbid", frozen=True, strict=True)

    url: HttpAddress
    secret_env: str = "LAZSA_WEBHOOK_SECRET"
    timeout_s: Annotated[float, Field(gt=0, le=120)] = 10.0


class WebhookChannel:
    """Posts each notice separately."""

    Settings = WebhookSettings
    needs_contact = False

    def __init__(self, settings: WebhookSettings) -> None:
        self._url = settings.url
        self._secret = read_secret(settings.secret_env).encode()
        self._poster = Poster(settings.timeout_s)

    def send(self, letter: Letter) -> None:
        """Post it, signed."""
        body = json.dumps(_build_json_document(letter), ensure_ascii=False).encode()
        sent_at = str(int(letter.sent_at.timestamp()))
        headers = {
            "content-type": "application/json",
            "idempotency-key": letter.key,
            "webhook-id": letter.key,
            "webhook-timestamp": sent_at,
            "webhook-signature": sign_webhook_post(self._secret, letter.key, sent_at, body),
        }
        self._poster.post(self._url, body, headers)

    def close(self) -> None:
        """Close the connections."""
        self._poster.close()


def sign_webhook_post(key: bytes, id_: str, sent_at: str, body: bytes) -> str:
    """Return the signature of a post: HMAC-SHA256 over id, timestamp and body."""
    signed = b".".join((id_.encode(), sent_at.encode(), body))
    digest = hmac.new(key, signed, hashlib.sha256).digest()
    return f"v1,{base64.b64encode(digest).decode()}"


def _build_json_document(letter: Letter) -> dict[str, str | None]:
    return {
        "key": letter.key,
        "kind": letter.kind,
        "to": letter.to,
        "person": letter.person,
        "country": letter.country,
        "locale": letter.locale,
        "reply_to": letter.reply_to,
        "subject": letter.subject,
        "text": letter.text,
        "html": letter.html,
    }
