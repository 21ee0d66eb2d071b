"""Notices as mails, over SMTP: many on one connection, encrypted, with a time limit on every step.

A reply to one mail concerns that mail: 5xx is permanent, 4xx temporary. A failure of the
connection, or a timeout, pauses the whole channel, so that a server that hangs costs one time limit
and not one for each waiting notice.

:mod:`smtplib` implements the protocol. An address whose local part is beyond ASCII needs a server
with SMTPUTF8; without it, the notice fails permanently, with its own code.

Source:
    RFC 5321, 3.3, 4.2 and 4.5.3.2; RFC 6531, 3.4.
"""

from __future__ import annotations

import smtplib
import ssl
import time
from contextlib import suppress
from typing import TYPE_CHECKING, Annotated, ClassVar, Final, Literal

from pydantic import BaseModel, ConfigDict, Field

from lazsa_flow.errors import ConfigError, DeliveryError, Problem
from lazsa_flow.lifecycle.mail_addresses import encode_address_domain, needs_utf8
from lazsa_flow.lifecycle.policy import Mailbox  # noqa: TC001 - pydantic reads it at run time
from lazsa_flow.notices.mail import compose_mail
from lazsa_flow.notices.secrets import read_secret

if TYPE_CHECKING:
    from collections.abc import Callable

    from lazsa_flow.notices.ports import Letter

IDLE_S: Final = 10.0
"""After so long without a mail a server may have hung up, and is asked first."""
CHECK_S: Final = 5.0
"""How long a check waits at most for a connection, and for each answer."""
NO_UTF8: Final = "smtp_no_utf8"
"""The code of a notice to an address that the server cannot take: it offers no SMTPUTF8."""
_CLOSING: Final = 421


class SmtpSettings(BaseModel):
    """The server, and how to connect to it.

    Attributes:
        host: The server's name or address.
        port: The server's port.
        password_env: The variable of the environment that holds the password.
        tls: ``starttls``, ``implicit`` (from the first byte, mostly on port 465), or ``none``.
        username: Logs in, with the password in the environment's ``password_env``.
        sender: The address that mails come from; by default the mailbox of the country's team.
        ca_file: Trusted certificates instead of the system's.
        timeout_s: For connecting, and for each answer, in seconds.
    """

    model_config: ClassVar[ConfigDict] = ConfigDict(extra="forbid", frozen=True, strict=True)

    host: Annotated[str, Field(min_length=1)]
    port: Annotated[int, Field(ge=1, le=65535)] = 587
    tls: Literal["starttls", "implicit", "none"] = "starttls"
    username: str | None = None
    password_env: str = "LAZSA_SMTP_PASSWORD"
    sender: Mailbox | None = None
    ca_file: str | None = None
    timeout_s: Annotated[float, Field(gt=0, le=120)] = 30.0


class SmtpChannel:
    """Sends mails through one connection at a time.

    Args:
        settings: Which server.
        tick: Seconds that pass; the machine's by default.
    """

    Settings = SmtpSettings
    needs_contact = True

    def __init__(
        self, settings: SmtpSettings, *, tick: Callable[[], float] = time.monotonic
    ) -> None:
        self._settings = settings
        self._password = read_secret(settings.password_env) if settings.username else ""
        self._tick = tick
        self._connection: smtplib.SMTP | None = None
        self._used_at = 0.0

    def send(self, letter: Letter) -> None:
        """Send one mail, on the connection that is open or a new one."""
        sender = self._settings.sender or letter.reply_to
        address = letter.contact.address if letter.contact else letter.mailbox
        assert address is not None, "the relay asks for the contact"
        try:
            envelope = encode_address_domain(sender), encode_address_domain(address)
        except ValueError:
            raise DeliveryError("smtp_address", permanent=True) from None
        content = compose_mail(letter, sender).as_bytes()
        connection = self._connected()
        options = self._options(connection, envelope, letter.reply_to)
        try:
            connection.sendmail(envelope[0], [envelope[1]], content, mail_options=options)
        except smtplib.SMTPResponseException as error:
            raise self._refused(connection, error.smtp_code) from None
        except smtplib.SMTPRecipientsRefused as error:
            [(code, _)] = error.recipients.values()
            raise self._refused(connection, code) from None
        except (smtplib.SMTPException, OSError) as error:
            raise self._lost(error) from None
        self._used_at = self._tick()

    def _options(
        self, connection: smtplib.SMTP, envelope: tuple[str, str], reply_to: str
    ) -> tuple[str, ...]:
        """Return what ``MAIL`` says besides the sender.

        Raises:
            DeliveryError: An address is beyond ASCII, and the server cannot take it.
        """
        if not any(map(needs_utf8, (*envelope, reply_to and encode_address_domain(reply_to)))):
            return ()
        if not connection.has_extn("smtputf8"):
            raise DeliveryError(NO_UTF8, permanent=True)
        return ("SMTPUTF8", "BODY=8BITMIME")

    def check(self) -> None:
        """Connect and log in within a few seconds, and send nothing.

        Raises:
            ConfigError: It does not work; the message names host and cause, and no secret.
        """
        short = min(self._settings.timeout_s, CHECK_S)
        settings = self._settings.model_copy(update={"timeout_s": short})
        try:
            connection = SmtpChannel(settings, tick=self._tick)._connect()  # noqa: SLF001 - of this class
        except (smtplib.SMTPException, OSError) as error:
            where = f"{settings.host}:{settings.port}"
            expected = "a server that lets us in"
            raise ConfigError(
                [Problem("smtp", where, _describe_connection_error(error), expected)]
            ) from None
        with suppress(smtplib.SMTPException, OSError):
            connection.quit()

    def close(self) -> None:
        """Say goodbye, and forget the connection."""
        connection, self._connection = self._connection, None
        if connection is not None:
            try:
                connection.quit()
            except (smtplib.SMTPException, OSError):
                connection.close()

    def _connected(self) -> smtplib.SMTP:
        if self._connection is not None and self._tick() - self._used_at > IDLE_S:
            self._ask()
        if self._connection is None:
            try:
                self._connection = self._connect()
            except smtplib.SMTPResponseException as error:
                raise DeliveryError(f"smtp_{error.smtp_code}", rests=True) from None
            except (smtplib.SMTPException, OSError) as error:
                raise self._lost(error) from None
        return self._connection

    def _ask(self) -> None:
        """Ask for a fresh start, and forget the connection where the server gives none."""
        assert self._connection is not None
        try:
            alive = self._connection.rset()[0] == 250
        except (smtplib.SMTPException, OSError):
            alive = False
        if not alive:
            self._drop()

    def _connect(self) -> smtplib.SMTP:
        settings = self._settings
        context = None
        if settings.tls != "none":
            context = ssl.create_default_context(cafile=settings.ca_file)
        if settings.tls == "implicit":
            connection: smtplib.SMTP = smtplib.SMTP_SSL(
                settings.host, settings.port, timeout=settings.timeout_s, context=context
            )
        else:
            connection = smtplib.SMTP(settings.host, settings.port, timeout=settings.timeout_s)
        try:
            if settings.tls == "starttls":
                connection.starttls(context=context)
            if settings.username:
                connection.login(settings.username, self._password)
            connection.ehlo_or_helo_if_needed()
        except BaseException:
            connection.close()
            raise
        return connection

    def _refused(self, connection: smtplib.SMTP, code: int) -> DeliveryError:
        """Return what the server's reply means for this mail, or with 421 for the channel."""
        if code == _CLOSING or code < 0:
            self._drop()
            return DeliveryError(f"smtp_{code}", rests=True)
        if connection.sock is None:  # it hung up when smtplib asked for a fresh start
            self._drop()
        return DeliveryError(f"smtp_{code}", permanent=code >= 500)

    def _lost(self, error: Exception) -> DeliveryError:
        self._drop()
        # smtplib reports a timeout as a disconnection
        silent = isinstance(error, TimeoutError) or isinstance(error.__context__, TimeoutError)
        code = "smtp_timeout" if silent else "smtp_connection"
        return DeliveryError(code, rests=True)

    def _drop(self) -> None:
        if self._connection is not None:
            self._connection.close()
            self._connection = None


def _describe_connection_error(error: Exception) -> str:
    """Describe in a few words why there is no connection."""
    if isinstance(error, smtplib.SMTPAuthenticationError):
        return f"the log-in refused ({error.smtp_code})"
    if isinstance(error, smtplib.SMTPResponseException):
        return f"the answer {error.smtp_code}"
    if isinstance(error, smtplib.SMTPNotSupportedError):
        return "a server without encryption or log-in"
    if isinstance(error, TimeoutError) or isinstance(error.__context__, TimeoutError):
        return "no answer in time"
    if isinstance(error, ssl.SSLError):
        return f"no encryption ({error.reason or type(error).__name__})"
    return f"no connection ({type(error).__name__})"
