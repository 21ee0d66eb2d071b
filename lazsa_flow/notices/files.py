"""The default channel: one file a notice, to be read or picked up by something else.

Nobody's contact is asked for. The file's name is the notice's key, so a repeat overwrites itself.
"""

from __future__ import annotations

import errno
import json
import os
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar, Literal
from urllib.parse import quote

from pydantic import BaseModel, ConfigDict

from lazsa_flow.errors import ConfigError, DeliveryError, Problem, shown
from lazsa_flow.notices.mail import build_mail_bytes
from lazsa_flow.private_files import create_folder, write_file

if TYPE_CHECKING:
    from lazsa_flow.notices.ports import Letter

_NOBODY = "no-reply@invalid.example"
"""Who a file is from, where the country's team has no mailbox."""


class FileSettings(BaseModel):
    """Where the files go.

    Attributes:
        directory: A folder, made when it is needed, with one folder for each country.
        format: ``eml``, which mail programs open, or ``json``.
    """

    model_config: ClassVar[ConfigDict] = ConfigDict(extra="forbid", frozen=True, strict=True)

    directory: str = "notices"
    format: Literal["eml", "json"] = "eml"


class FileChannel:
    """Writes each notice into a file of its own."""

    Settings = FileSettings
    needs_contact = False

    def __init__(self, settings: FileSettings) -> None:
        self._folder = Path(settings.directory)
        self._format = settings.format

    def send(self, letter: Letter) -> None:
        """Write a file, whole or not at all."""
        file = self._folder / letter.country / f"{quote(letter.key, safe='')}.{self._format}"
        content = (
            build_mail_bytes(letter, letter.reply_to or _NOBODY)
            if self._format == "eml"
            else _write_eml_file(letter)
        )
        new = file.with_name(f"{file.name}.new")
        try:
            create_folder(file.parent)
            write_file(new, content)
            new.replace(file)
        except OSError as error:
            code = errno.errorcode.get(error.errno or 0, "error")
            raise DeliveryError(f"file_{code.lower()}", rests=True) from None

    def check(self) -> None:
        """Look whether the folder can be written to, or made.

        Raises:
            ConfigError: It cannot.
        """
        folder = self._folder.absolute()
        while not folder.exists():
            folder = folder.parent
        if not folder.is_dir() or not os.access(folder, os.W_OK):
            raise ConfigError(
                [Problem("files", "directory", shown(str(folder)), "a folder to write to")]
            )

    def close(self) -> None:
        """Do nothing: no file is open."""


def _write_eml_file(letter: Letter) -> bytes:
    fields = asdict(letter)
    del fields["contact"]  # never asked for, and never written
    fields["sent_at"] = letter.sent_at.isoformat()
    return json.dumps(fields, ensure_ascii=False, indent=1).encode()
