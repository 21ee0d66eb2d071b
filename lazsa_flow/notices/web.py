"""How do channels post over HTTP, and what does an answer mean for a notice?"""

from __future__ import annotations

from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING, Any, Final

from lazsa_flow.errors import ConfigError, DeliveryError, Problem

if TYPE_CHECKING:
    from collections.abc import Mapping

    import httpx2

_TOO_MANY: Final = 429
_OVERLOADED: Final = frozenset({502, 503, 504})
_AGAIN: Final = frozenset({408, 425})


class Poster:
    """Posts JSON, keeping connections; follows no redirect.

    Args:
        timeout_s: For connecting, sending and answering, each.

    Raises:
        ConfigError: The HTTP client is not installed.
    """

    def __init__(self, timeout_s: float) -> None:
        try:
            import httpx2
        except ModuleNotFoundError:
            expected = "the HTTP client: pip install lazsa-flow[notices]"
            raise ConfigError([Problem("channels", "httpx2", "nothing", expected)]) from None
        self._http = httpx2
        self._timeout_s = timeout_s
        self._client: httpx2.Client | None = None

    def post(
        self,
        url: str,
        body: bytes,
        headers: Mapping[str, str],
        params: Mapping[str, str] | None = None,
    ) -> Any:
        """Post a body; return the response, which is one of 2xx.

        Raises:
            DeliveryError: It is another, or there is none.
        """
        if self._client is None:
            self._client = self._http.Client(timeout=self._timeout_s, follow_redirects=False)
        try:
            response = self._client.post(url, content=body, headers=headers, params=params)
        except self._http.TimeoutException:
            raise DeliveryError("http_timeout", rests=True) from None
        except self._http.HTTPError:
            raise DeliveryError("http_connection", rests=True) from None
        if not response.is_success:
            raise _refused(response)
        return response

    def close(self) -> None:
        """Close the connections."""
        if self._client is not None:
            self._client.close()
            self._client = None


def _refused(response: httpx2.Response) -> DeliveryError:
    status = response.status_code
    return DeliveryError(
        f"http_{status}",
        permanent=status < 500 and status != _TOO_MANY and status not in _AGAIN,
        after_s=_retry_after(response.headers),
        rests=status == _TOO_MANY or status in _OVERLOADED,
    )


def _retry_after(headers: Mapping[str, str]) -> float | None:
    """Return the seconds of ``Retry-After``: a number, or a date by the server's own clock."""
    text = headers.get("retry-after", "")
    if text.isascii() and text.isdigit():
        return float(text)
    try:
        until = parsedate_to_datetime(text)
        return max(0.0, (until - parsedate_to_datetime(headers["date"])).total_seconds())
    except (ValueError, KeyError, TypeError):
        return None
