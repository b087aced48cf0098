"""Column types that hold the same value on SQLite and on PostgreSQL."""

from __future__ import annotations

import json
import zlib
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import LargeBinary, String, Text
from sqlalchemy.engine import Dialect
from sqlalchemy.types import TypeDecorator

__all__ = ["Instant", "Json", "MailText", "PackedJson"]

_INSTANT_WIDTH = 27
# Below this, zlib's own overhead and time outweigh what it saves.
_PACK_FROM_OCTETS = 512
_PLAIN, _ZLIB = b"j", b"z"


class Instant(TypeDecorator[datetime]):
    """An aware datetime as UTC text of fixed width (`2026-11-23T10:00:00.000000Z`): it sorts as time does."""

    impl = String(_INSTANT_WIDTH)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> str | None:
        """Refuse a naive datetime; its zone would be a guess."""
        if value is None:
            return None
        if value.tzinfo is None:
            msg = f"naive datetime {value!r}: an aware one is needed"
            raise ValueError(msg)
        return value.astimezone(UTC).replace(tzinfo=None).isoformat(timespec="microseconds") + "Z"

    def process_result_value(self, value: str | None, dialect: Dialect) -> datetime | None:
        """Give it back aware, in UTC."""
        return None if value is None else datetime.fromisoformat(value)


class MailText(TypeDecorator[str]):
    """Text out of somebody's mail: what a database can't store (NUL, lone surrogates) becomes U+FFFD."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: str | None, dialect: Dialect) -> str | None:
        """Whatever a mail contains must never make its transaction fail."""
        if value is None:
            return None
        storable = value.replace("\0", "\ufffd")
        if storable.isascii():
            return storable
        return storable.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")


class Json(TypeDecorator[Any]):
    """JSON as ASCII text, so that neither NUL nor lone surrogates inside it trouble a database."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: Any, dialect: Dialect) -> str | None:
        """Encode compactly; None is NULL."""
        return None if value is None else _dump(value)

    def process_result_value(self, value: str | None, dialect: Dialect) -> Any:
        """Decode; NULL is None."""
        return None if value is None else json.loads(value)


class PackedJson(TypeDecorator[Any]):
    """JSON as octets, compressed where that pays (the trace of a decision repeats itself a lot)."""

    impl = LargeBinary
    cache_ok = True

    def process_bind_param(self, value: Any, dialect: Dialect) -> bytes | None:
        """Encode; the first octet says how."""
        if value is None:
            return None
        octets = _dump(value).encode("ascii")
        if len(octets) < _PACK_FROM_OCTETS:
            return _PLAIN + octets
        return _ZLIB + zlib.compress(octets, 6)

    def process_result_value(self, value: bytes | None, dialect: Dialect) -> Any:
        """Decode what `process_bind_param` made."""
        if value is None:
            return None
        kind, octets = value[:1], value[1:]
        return json.loads(zlib.decompress(octets) if kind == _ZLIB else octets)


def _dump(value: Any) -> str:
    return json.dumps(value, separators=(",", ":"), allow_nan=False)
