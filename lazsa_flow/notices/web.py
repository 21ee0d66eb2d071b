"""Posting over HTTP: what channels send, and what an answer means for a notice."""

from __future__ import annotations

import time
import zlib
from contextlib import closing
from email.utils import parsedate_to_datetime
from functools import cache
from typing import TYPE_CHECKING, Final, NamedTuple

from lazsa_flow.errors import ConfigError, DeliveryError, ExtraError, Problem
from lazsa_flow.extras import needs_extra

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    import httpx2

_TOO_MANY: Final = 429
_OVERLOADED: Final = frozenset({502, 503, 504})
_AGAIN: Final = frozenset({408, 425})
LONGEST_BODY: Final = 64 * 1024
"""How much of an answer's body is read. Units: bytes."""
_ANY_HEADER: Final = 47
"""For zlib: with the header of gzip, of zlib, or of neither."""


class Answer(NamedTuple):
    """What a server answered to a post, one of 2xx.

    Attributes:
        body: No more than :data:`LONGEST_BODY` of it; the rest was not read.
    """

    status: int
    body: bytes


class Poster:
    """Posts JSON, keeping connections; follows no redirect.

    Whatever a server answers, no more than :data:`LONGEST_BODY` of it is read, unpacked or not, and
    no longer than the time limit.

    Args:
        timeout_s: For connecting, for sending, for the answer to begin, and for all of its body.
        tick: Seconds that pass; the machine's by default.

    Raises:
        ConfigError: The HTTP client is not installed.
    """

    def __init__(self, timeout_s: float, *, tick: Callable[[], float] = time.monotonic) -> None:
        try:
            with needs_extra("notices", "a channel over HTTP"):
                import httpx2
        except ExtraError as error:
            expected = f"the HTTP client: {error.install}"
            raise ConfigError([Problem("channels", "httpx2", "nothing", expected)]) from None
        self._http = httpx2
        self._hidden = _hidden_url(httpx2.URL)
        self._timeout_s = timeout_s
        self._tick = tick
        self._client: httpx2.Client | None = None

    def post(
        self,
        url: str,
        body: bytes,
        headers: Mapping[str, str],
        params: Mapping[str, str] | None = None,
    ) -> Answer:
        """Post a body; return the answer, which is one of 2xx.

        Raises:
            DeliveryError: It is another, or there is none.
        """
        if self._client is None:
            self._client = self._http.Client(timeout=self._timeout_s, follow_redirects=False)
        headers = {**headers, "accept-encoding": "identity"}
        try:
            request = self._client.build_request(
                "POST", url, content=body, headers=headers, params=params
            )
            request.url = self._hidden(request.url)
            with closing(self._client.send(request, stream=True)) as response:
                if not response.is_success:
                    raise _build_refusal(response)
                return Answer(response.status_code, self._body_of(response))
        except self._http.InvalidURL:
            raise DeliveryError("http_url", rests=True) from None
        except self._http.TimeoutException:
            raise DeliveryError("http_timeout", rests=True) from None
        except self._http.HTTPError:
            raise DeliveryError("http_connection", rests=True) from None

    def _body_of(self, response: httpx2.Response) -> bytes:
        """Read the beginning of a body; one that is longer, or slow, is cut off with its end."""
        until = self._tick() + self._timeout_s
        read = bytearray()
        for chunk in response.iter_raw():
            read += chunk
            if len(read) >= LONGEST_BODY or self._tick() > until:
                break
        return _decompress_body(bytes(read), response.headers.get("content-encoding", ""))[
            :LONGEST_BODY
        ]

    def close(self) -> None:
        """Close the connections."""
        if self._client is not None:
            self._client.close()
            self._client = None


@cache
def _hidden_url(url: type[httpx2.URL]) -> type[httpx2.URL]:
    """Return the class of addresses whose text is their origin: the client logs it at each post.

    Path and query may hold tokens and signatures. What is sent is read from the address's parts.
    """

    class HiddenURL(url):  # type: ignore[misc, valid-type]
        def __str__(self) -> str:
            return f"{self.scheme}://{self.netloc.decode('ascii')}/..."

        __repr__ = __str__

    return HiddenURL


def _decompress_body(body: bytes, encoding: str) -> bytes:
    """Unpack a body that was packed though nobody asked for it, as far as it may go."""
    if encoding.lower() not in ("gzip", "deflate"):
        return body
    try:
        return zlib.decompressobj(_ANY_HEADER).decompress(body, LONGEST_BODY)
    except zlib.error:
        return b""


def _build_refusal(response: httpx2.Response) -> DeliveryError:
    status = response.status_code
    return DeliveryError(
        f"http_{status}",
        permanent=status < 500 and status != _TOO_MANY and status not in _AGAIN,
        after_s=_retry_after(response.headers),
        rests=status == _TOO_MANY or status in _OVERLOADED,
    )


def _retry_after(headers: Mapping[str, str]) -> float | None:
    """Return the seconds of ``Retry-After``: a number, or a date by the server's own clock.

    What it says may be of any size; the relay waits no longer than its own longest pause.
    """
    text = headers.get("retry-after", "")
    if text.isascii() and text.isdigit():
        return float(text)
    try:
        until = parsedate_to_datetime(text)
        return max(0.0, (until - parsedate_to_datetime(headers["date"])).total_seconds())
    except (ValueError, KeyError, TypeError, IndexError, OverflowError):
        return None
