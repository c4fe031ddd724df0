"""Encryption of names, phones and protected texts at rest, and the keyed hashes by which they are found again.

AES-256-GCM with a random 96-bit nonce (NIST SP 800-38D); HMAC-SHA-256 with one derived key per purpose."""

import hmac
import os
import secrets
from pathlib import Path

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from feedback.settings import Settings


class WrongKey(Exception):
    """The stored data was sealed with another key than MINSHENG_KEY (or var/key)."""


class Vault:
    """Seals and opens with one 32-byte key."""

    def __init__(self, key: bytes) -> None:
        self._cipher = AESGCM(hmac.digest(key, b"seal", "sha256"))
        self._index_key = hmac.digest(key, b"index", "sha256")

    def seal(self, text: str) -> bytes:
        """The encrypted text, with its nonce in front."""
        return self.seal_bytes(text.encode())

    def open(self, sealed: bytes) -> str:
        """The text that was sealed. Raises WrongKey if it was sealed with another key or changed."""
        return self.open_bytes(sealed).decode()

    def seal_bytes(self, content: bytes) -> bytes:
        """The encrypted bytes, with their nonce in front."""
        nonce = os.urandom(12)
        return nonce + self._cipher.encrypt(nonce, content, None)

    def open_bytes(self, sealed: bytes) -> bytes:
        """The bytes that were sealed. Raises WrongKey if they were sealed with another key or changed."""
        try:
            return self._cipher.decrypt(sealed[:12], sealed[12:], None)
        except InvalidTag as fault:
            raise WrongKey from fault

    def hash(self, purpose: str, *values: str) -> bytes:
        """A keyed hash of the values, different for every purpose: equal values are found, never read back."""
        return hmac.digest(self._index_key, "\x1f".join((purpose, *values)).encode(), "sha256")


def open_vault(settings: Settings) -> Vault:
    """The vault of this machine: MINSHENG_KEY, or the key kept in `var/key`, made on first use."""
    if settings.key:
        return Vault(bytes.fromhex(settings.key))
    path = settings.var / "key"
    if not path.exists():
        _write_key(path)
    return Vault(bytes.fromhex(path.read_text().strip()))


def _write_key(path: Path) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    fresh = path.with_suffix(f".{os.getpid()}")
    fresh.touch(mode=0o600)
    fresh.write_text(secrets.token_hex(32))
    try:
        os.link(fresh, path)  # two processes at once: the first one's key stays
    except FileExistsError:
        pass  # the other process was faster, its key is as good
    finally:
        fresh.unlink()
