"""The keys that the site signs with: the first of a list signs, every one verifies, so that a secret can be exchanged.

Whatever leaves the site signed, and each digest that must not be tried out against a copy of the database, goes through here.
"""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Iterable
from typing import Any

from pydantic import SecretStr
from webob.cookies import SignedSerializer

from atlasbahamas.settings import AtlasSettings, RedisSessionSettings


class Keys:
    """A list of keys, the newest first. Nothing prints them."""

    def __init__(self, secrets: Iterable[SecretStr | str]) -> None:
        self._secrets = tuple(each.get_secret_value() if isinstance(each, SecretStr) else each for each in secrets)
        if not self._secrets:
            raise ValueError("there is no key to sign with")

    def __repr__(self) -> str:
        return f"<{len(self._secrets)} keys>"

    def signer(self, salt: str, serializer: Any = None) -> Signer:
        """What signs for one purpose, which `salt` names; `serializer` (JSON without one) makes bytes of what is signed."""
        return Signer([SignedSerializer(secret, salt, "sha512", serializer=serializer) for secret in self._secrets])

    def digest(self, text: str) -> str:
        """What the database keeps of a short code."""
        return _digest(self._secrets[0], text)

    def digests(self, text: str) -> list[str]:
        """What it may have kept of that code, by each key."""
        return [_digest(secret, text) for secret in self._secrets]

    def match(self, digest: str, text: str) -> bool:
        """Whether the digest was made of this text, by any of the keys."""
        return any(hmac.compare_digest(digest, each) for each in self.digests(text))


class Signer:
    """Signs with the first key and reads what any of them signed, as WebOb's serializers are used."""

    def __init__(self, serializers: list[SignedSerializer]) -> None:
        self._serializers = serializers

    def dumps(self, value: Any) -> bytes:
        """The value, signed."""
        signed: bytes = self._serializers[0].dumps(value)
        return signed

    def loads(self, signed: bytes) -> Any:
        """What was signed. Raises ValueError for what none of the keys signed."""
        for serializer in self._serializers[:-1]:
            try:
                return serializer.loads(signed)
            except ValueError:
                continue
        return self._serializers[-1].loads(signed)

    def is_current(self, signed: bytes) -> bool:
        """Whether the first key signed it; if not, it is to be signed again before the older key goes."""
        try:
            self._serializers[0].loads(signed)
        except ValueError:
            return False
        return True


def site_keys(registry: Any) -> Keys:
    """The keys of `atlas.secret`."""
    return Keys(registry.atlas_settings.section(AtlasSettings).secret)


def redis_session_keys(registry: Any) -> Keys:
    """The keys of `redis.sessions.secret`, for the cookie of sessions in Redis."""
    return Keys(registry.atlas_settings.section(RedisSessionSettings).secret)


def _digest(secret: str, text: str) -> str:
    return hmac.new(secret.encode(), text.encode(), hashlib.sha256).hexdigest()
