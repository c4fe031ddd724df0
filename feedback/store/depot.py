"""Files on disk, sealed: each under the SHA-256 of its sealed bytes, so that anybody can check them and only the key reads them.

Sealing uses a fresh nonce each time, so no two uploads share a file: what nobody refers to can be collected without a race.
The folder may be shared by several machines (NFS): files appear whole by a rename and never change."""

import hashlib
import os
import secrets
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from feedback.store.vault import Vault


class Missing(Exception):
    """这个文件暂时打不开，我们已经记下来了。请稍后再试，或者联系 12345。"""


@dataclass(frozen=True, slots=True)
class Depot:
    """The folder of the files and the vault that seals them. Everything here blocks: call it from a thread."""

    vault: Vault
    folder: Path

    def put(self, content: bytes) -> str:
        """Keeps the bytes; the name they are found by again. When it returns they survive a power cut."""
        sealed = self.vault.seal_bytes(content)
        name = hashlib.sha256(sealed).hexdigest()
        lay(self.folder, name, sealed)
        return name

    def get(self, name: str) -> bytes:
        """The bytes kept under this name. Raises Missing; WrongKey when they were changed or sealed with another key."""
        try:
            sealed = place(self.folder, name).read_bytes()
        except FileNotFoundError as fault:
            raise Missing(name) from fault
        return self.vault.open_bytes(sealed)


def place(folder: Path, name: str) -> Path:
    """Where the file of this name lies: 256 folders, so that none grows too long."""
    return folder / name[:2] / name


def lay(folder: Path, name: str, sealed: bytes) -> None:
    """Writes a sealed file under its name: whole or not at all, and on the disk when it returns."""
    path = place(folder, name)
    for new in (folder, path.parent):
        if not new.is_dir():
            new.mkdir(parents=True, exist_ok=True, mode=0o700)
            _to_disk(new.parent)
    part = path.with_name(f".{secrets.token_hex(8)}.part")
    try:
        handle = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(handle, "wb") as file:
            file.write(sealed)
            file.flush()
            os.fsync(file.fileno())
        part.rename(path)
    finally:
        part.unlink(missing_ok=True)
    _to_disk(path.parent)


def _to_disk(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def listed(folder: Path) -> Iterator[list[Path]]:
    """Every file below the folder, one subfolder at a time; those half written too."""
    if folder.is_dir():
        for below in sorted(folder.iterdir()):
            if below.is_dir():
                yield sorted(below.iterdir())


def is_whole(name: str, sealed: bytes) -> bool:
    """Whether these are the bytes the name was made of."""
    return hashlib.sha256(sealed).hexdigest() == name
