"""The names inside an archive, without unpacking it. Pure; one pass over its octets, memory has a limit.

Of a zip archive the central directory is read, as programs that unpack do; it lists encrypted files too. Of a tar
archive, compressed by gzip or not, the headers. An archive inside an archive is a name like others.
"""

from __future__ import annotations

import re
import struct
import zlib
from collections.abc import Callable, Iterable, Iterator

from automailer.message.charset import guess
from automailer.message.sniff import TAR, ZIPPED

__all__ = ["MAX_MEMBERS", "member_names", "zip_path"]

MAX_MEMBERS = 10_000
"""Names that are read; the source of a large program has 5,000 files."""

MAX_PATH = 1_024
"""Octets of one name that are kept."""

TAIL = 2_000_000
"""Octets from the end of a zip archive in which its directory must lie: 20,000 names of 50 octets."""

MAX_UNPACKED = 200_000_000
"""Octets of a compressed tar archive that are gone through."""

MAX_RATIO, FREE = 100, 256_000
"""Octets gone through for each compressed one, beside the first; logs have 20, and zeros alone 1,000."""

_END = b"PK\x05\x06"
_IS_UTF8 = 0x800
# Letters of cp866; three in a row are no accents of cp437.
_RUSSIAN = re.compile(rb"[\x20-\x7e\x80-\xaf\xe0-\xf1]*")
_HIGH_RUN = re.compile(rb"[\x80-\xff]{3}")
_BLOCK = 512
_FILES = b"0\x00567"


def member_names(chunks: Callable[[], Iterator[bytes]], real_type: str) -> tuple[str, ...]:
    """Return the paths of the files in an archive of that type; none when it is no archive, or a broken one."""
    if real_type in ZIPPED or real_type.startswith("application/vnd.oasis."):
        return tuple(_zip_names(_tail(chunks())))
    if real_type == TAR:
        return tuple(_tar_names(chunks()))
    if real_type == "application/gzip":
        return tuple(_tar_names(_gunzipped(chunks())))
    return ()


def _tail(chunks: Iterable[bytes]) -> bytes:
    kept = bytearray()
    for chunk in chunks:
        kept += chunk
        if len(kept) > 2 * TAIL:
            del kept[:-TAIL]
    return bytes(kept[-TAIL:])


def _zip_names(tail: bytes) -> Iterator[str]:
    """The names of the central directory, which ends where the end record begins (APPNOTE 4.3.12, 4.3.16)."""
    end = tail.rfind(_END)
    if end < 0 or len(tail) < end + 22:
        return
    size = int.from_bytes(tail[end + 12 : end + 16], "little")
    at = end - size
    # ZIP64, or a directory that tells lies of itself: from the first entry that is there.
    if at < 0 or tail[at : at + 4] != b"PK\x01\x02":
        at = tail.find(b"PK\x01\x02", 0, end)
    for _ in range(MAX_MEMBERS):
        if at < 0 or at + 46 > end or tail[at : at + 4] != b"PK\x01\x02":
            return
        flags, (name, extra, comment) = tail[at + 8 : at + 10], struct.unpack("<HHH", tail[at + 28 : at + 34])
        start, at = at + 46, at + 46 + name + extra + comment
        if at > end:
            return
        raw = tail[start : start + name]
        if not raw.endswith(b"/"):
            is_utf8 = int.from_bytes(flags, "little") & _IS_UTF8
            yield _shown(raw[:MAX_PATH].decode("utf-8", "replace") if is_utf8 else zip_path(raw[:MAX_PATH]))


def zip_path(raw: bytes) -> str:
    """A path that is not marked as UTF-8: UTF-8 all the same, else Chinese or Russian by its look, else as PKZIP wrote.

    Windows packs in the code page of its console, which zip has no mark for (APPNOTE D.1 knows but cp437).
    """
    if _HIGH_RUN.search(raw) and _RUSSIAN.fullmatch(raw):
        return raw.decode("cp866")
    text = guess(raw)
    is_chinese = any("\u4e00" <= character <= "\u9fff" for character in text)
    return text if is_chinese or text.encode("utf-8", "replace") == raw else raw.decode("cp437")


def _shown(path: str) -> str:
    return "".join(c if c.isprintable() else "�" for c in path.replace("\\", "/"))


def _gunzipped(chunks: Iterable[bytes]) -> Iterator[bytes]:
    """The octets of a gzip file's first member, as far as they can be read."""
    unpacker, most, done = zlib.decompressobj(zlib.MAX_WBITS | 16), FREE, 0
    for chunk in chunks:
        most = min(most + MAX_RATIO * len(chunk), MAX_UNPACKED)
        try:
            while chunk and not unpacker.eof and done < most:
                piece = unpacker.decompress(chunk, 1 << 16)
                yield piece
                done += len(piece)
                chunk = unpacker.unconsumed_tail
        except zlib.error:
            return
        if unpacker.eof or done >= most:
            return


class _Reader:
    """Octets out of chunks, by number."""

    def __init__(self, chunks: Iterable[bytes]) -> None:
        self._chunks = iter(chunks)
        self._held = b""
        self._at = 0

    def take(self, octets: int) -> bytes:
        """The next octets, fewer at the end."""
        return b"".join(self._spans(octets))

    def skip(self, octets: int) -> None:
        """Pass over the next octets."""
        for _ in self._spans(octets):
            pass

    def _spans(self, octets: int) -> Iterator[memoryview]:
        while octets > 0:
            if self._at >= len(self._held):
                self._held, self._at = next(filter(None, self._chunks), b""), 0
                if not self._held:
                    return
            span = memoryview(self._held)[self._at : self._at + octets]
            self._at += len(span)
            octets -= len(span)
            yield span


def _tar_names(chunks: Iterable[bytes]) -> Iterator[str]:
    """The paths in a tar archive: POSIX ustar and pax, GNU's long names."""
    reader, longer = _Reader(chunks), ""
    for _ in range(MAX_MEMBERS):
        header = reader.take(_BLOCK)
        if len(header) < _BLOCK or header[257:262] != b"ustar":
            return
        kind, size = header[156:157], _size(header[124:136])
        if kind in (b"L", b"x"):
            raw = reader.take(min(size, 64 * MAX_PATH))
            reader.skip(size - len(raw) + -size % _BLOCK)
            longer = (_text(raw) if kind == b"L" else _pax_path(raw)) or longer
            continue
        if kind in _FILES:
            yield longer or _ustar_path(header)
        longer = ""
        reader.skip(size + -size % _BLOCK)


def _size(field: bytes) -> int:
    """Octal digits, or base 256 (GNU)."""
    if field[:1] == b"\x80":
        return int.from_bytes(field[4:], "big")
    digits = field.strip(b"\0 ")
    return int(digits, 8) if digits.isdigit() and not set(digits) & set(b"89") else 0


def _ustar_path(header: bytes) -> str:
    prefix = header[345:500] if header[257:263] == b"ustar\0" else b""
    return "/".join(filter(None, (_text(prefix), _text(header[:100]))))


def _pax_path(raw: bytes) -> str:
    """The value of `path` in records of the form `27 path=some/where\\n`."""
    start = raw.find(b" path=")
    return _text(raw[start + 6 :].partition(b"\n")[0]) if start >= 0 else ""


def _text(raw: bytes) -> str:
    return _shown(guess(raw.partition(b"\0")[0][:MAX_PATH]))
