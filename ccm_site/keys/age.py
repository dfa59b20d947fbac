"""The only place that knows the age library: key pairs, and texts that one key opens."""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Iterable
from typing import TypeAlias

import pyrage  # type: ignore[import-untyped,unused-ignore]
from pyrage import passphrase as age_passphrase
from pyrage import x25519

Identity: TypeAlias = x25519.Identity
"""The secret half of an age key pair; ``str()`` of it is its text, ``AGE-SECRET-KEY-1…``."""

CROCKFORD = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
ARMOUR = b"-----BEGIN AGE ENCRYPTED FILE-----"


class Unopened(Exception):
    """This key does not open this text, or the text is no age text."""


def new_identity() -> Identity:
    return x25519.Identity.generate()


def identity_of(text: str) -> Identity:
    """The identity that a text is. Raises Unopened where it is none."""
    try:
        return x25519.Identity.from_str(text.strip())
    except pyrage.IdentityError:
        raise Unopened from None


def recipient_of(identity: Identity) -> str:
    """The public half, ``age1…``."""
    return str(identity.to_public())


def is_recipient(text: str) -> bool:
    try:
        x25519.Recipient.from_str(text)
    except pyrage.RecipientError:
        return False
    return True


def wrap(content: bytes, recipients: Iterable[str], armoured: bool = True) -> bytes:
    """An age text that each of these recipients opens; armoured is ASCII in lines."""
    to = [x25519.Recipient.from_str(recipient) for recipient in recipients]
    return bytes(pyrage.encrypt(content, to, armored=armoured))


def unwrap(text: bytes, identity: Identity) -> bytes:
    """What an age text holds. Raises Unopened."""
    try:
        return bytes(pyrage.decrypt(text, [identity]))
    except (pyrage.DecryptError, ValueError):
        raise Unopened from None


def wrap_with_words(content: bytes, passphrase: str) -> bytes:
    return bytes(age_passphrase.encrypt(content, passphrase, armored=True))


def unwrap_with_words(text: bytes, passphrase: str) -> bytes:
    """What a text holds that a passphrase closes; takes a second or more. Raises Unopened."""
    try:
        return bytes(age_passphrase.decrypt(text, passphrase))
    except (pyrage.DecryptError, ValueError):
        raise Unopened from None


def fingerprint(recipient: str) -> str:
    """The SHA-256 of a public key's text, in hex: names the key without being of use for anything else."""
    return hashlib.sha256(recipient.encode()).hexdigest()


def new_secret() -> bytes:
    """256 random bits, as 64 figures and letters."""
    return secrets.token_hex(32).encode()


def random_id(prefix: str, length: int = 16) -> str:
    """``KY-`` and 16 random Crockford base32 characters (80 bits); nothing is derived from anything."""
    return f"{prefix}-" + "".join(secrets.choice(CROCKFORD) for _ in range(length))
