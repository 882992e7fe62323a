"""What the key of an installation can do: seal a text so that only its place opens it, and tag one so that it is found.

Everything is derived from one key (HKDF, RFC 5869), each purpose with a key of its own. The profile `aes` seals with
AES-256-GCM and SHA-256, `gm` with SM4-GCM and SM3 (GB/T 32907, 32905, as GB/T 39786 asks); what either has sealed says
so, and both can open it.
"""

from __future__ import annotations

import base64
import hmac
import os
import secrets

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hmac import HMAC
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from config.keyfile import key_of
from config.settings import AES, GM, SettingsError, load
from workflow.errors import Refusal

#: Bytes of a nonce and of the check that a sealed text ends with.
NONCE, CHECK = 12, 16
#: Bytes of a key for each profile; SM4 knows one length.
KEY_BYTES = {AES: 32, GM: 16}
#: Signs of a tag: 160 bits, more than anybody can try.
TAG = 40


class NoKey(Refusal):
    """The key of the installation is missing or is not one."""


class SealBroken(Refusal):
    """A sealed text was changed, moved from its place, or sealed with another key."""

    def __init__(self) -> None:
        super().__init__(
            "密封的内容无法打开：已被改动，或密钥不是当初的那一把。",
            "What is sealed cannot be opened: it was changed, or the key is not the one it was sealed with.",
        )


class Keyring:
    """The keys that are derived from the key of an installation; `profile` is what new texts are sealed with."""

    def __init__(self, key: bytes, profile: str = AES) -> None:
        self.profile = profile
        self._key = key
        self._derived: dict[tuple[str, str, int], bytes] = {}

    @property
    def fingerprint(self) -> str:
        """Return what tells two keys apart and tells nothing of either."""
        return self.tag("fingerprint", "")[:16]

    def tag(self, purpose: str, text: str) -> str:
        """Return a word that stands for a text: always the same one, which nobody without the key can tell."""
        digest = HMAC(self._of(purpose, GM if self.profile == GM else AES, 32), _hash(self.profile))
        digest.update(text.encode())
        return digest.finalize().hex()[:TAG]

    def seal(self, purpose: str, text: str, place: str) -> str:
        """Return a text sealed so that it opens at its place alone, such as `case|field|version`."""
        key = self._of(purpose, self.profile, KEY_BYTES[self.profile])
        return sealed(key, self.profile, text.encode(), place)

    def open(self, purpose: str, kept: str, place: str) -> str:
        """Return what was sealed at a place. Raises SealBroken."""
        profile = profile_of(kept)
        return opened(self._of(purpose, profile, KEY_BYTES[profile]), kept, place).decode()

    def is_same(self, other: Keyring) -> bool:
        """Tell whether two keyrings come from one key."""
        return hmac.compare_digest(self._key, other._key)

    def _of(self, purpose: str, profile: str, length: int) -> bytes:
        known = self._derived.get((purpose, profile, length))
        if known is None:
            derive = HKDF(algorithm=_hash(profile), length=length, salt=None, info=f"bihuan {purpose}".encode())
            known = self._derived[purpose, profile, length] = derive.derive(self._key)
        return known


#: The keyring of this process, once something had to be sealed or opened.
_ring: Keyring | None = None


def keyring() -> Keyring:
    """Return the keyring of this process's installation. Raises NoKey."""
    global _ring  # one process serves one installation
    if _ring is None:
        try:
            settings = load(os.environ)
            _ring = Keyring(key_of(settings), settings.crypto_profile)
        except SettingsError as error:
            raise NoKey(error.zh, error.en) from None
    return _ring


def sealed(key: bytes, profile: str, content: bytes, place: str) -> str:
    """Return a content sealed under a key, with what it was sealed by in front."""
    nonce = secrets.token_bytes(NONCE)
    if profile == GM:
        cipher = Cipher(algorithms.SM4(key), modes.GCM(nonce)).encryptor()
        cipher.authenticate_additional_data(place.encode())
        kept = cipher.update(content) + cipher.finalize() + cipher.tag
    else:
        kept = AESGCM(key).encrypt(nonce, content, place.encode())
    return f"{profile}:{base64.b64encode(nonce + kept).decode()}"


def opened(key: bytes, kept: str, place: str) -> bytes:
    """Return what was sealed under a key at a place. Raises SealBroken."""
    try:
        whole = base64.b64decode(kept.partition(":")[2], validate=True)
        nonce, content, check = whole[:NONCE], whole[NONCE:-CHECK], whole[-CHECK:]
        if profile_of(kept) == GM:
            cipher = Cipher(algorithms.SM4(key), modes.GCM(nonce, check)).decryptor()
            cipher.authenticate_additional_data(place.encode())
            return cipher.update(content) + cipher.finalize()
        return AESGCM(key).decrypt(nonce, content + check, place.encode())
    except (InvalidTag, ValueError):
        raise SealBroken from None


def profile_of(kept: str) -> str:
    """Return by which profile a text was sealed. Raises SealBroken."""
    profile = kept.partition(":")[0]
    if profile not in KEY_BYTES:
        raise SealBroken
    return profile


def _hash(profile: str) -> hashes.HashAlgorithm:
    return hashes.SM3() if profile == GM else hashes.SHA256()
