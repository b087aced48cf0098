"""Zip archives: the files in one, as if each had been attached. Nothing is written under a name that a mail chose.

An archive is unpacked to a temporary file without a name where it is large, and its members are read from there piece
by piece: memory grows with neither. Whatever is odd about it, it stays packed: encrypted, broken, or past one of the
limits below, which `zipfile` has none of (a few hundred octets of bzip2 or LZMA can fill any memory, so these methods
are not read at all).
"""

from __future__ import annotations

import hashlib
import io
import struct
import weakref
import zipfile
import zlib
from collections.abc import Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import PurePosixPath
from tempfile import SpooledTemporaryFile

from automailer.errors import TemporaryError
from automailer.message import Attachment, safe_name, zip_path
from automailer.templating import media_type

__all__ = ["Member", "is_zip", "unzip"]

MAX_MEMBERS = 1_000
"""Files in one archive: nobody sends more by mail, and each costs a name and an fsync."""

MAX_OCTETS = 1_000_000_000
"""Of all the files of one archive together, unpacked."""

MAX_RATIO = 200
"""Unpacked to packed, past `FREE_OCTETS`: logs reach 100, Deflate can do 1,000."""

FREE_OCTETS = 10_000_000
"""May be unpacked whatever the ratio."""

MAX_READ = 1_000_000
"""Octets that `zipfile` reads at once: what it reads whole is the list of members, 46 octets and a name for each."""

_IN_MEMORY = 1_000_000
_PIECE = 1 << 16
_TYPES = frozenset({"application/zip", "application/x-zip", "application/x-zip-compressed"})
_METHODS = frozenset({zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED})
_ENCRYPTED = 0x1 | 0x40
_UTF8 = 0x800
# what zipfile lets out on octets that are no archive, or half of one
_BREAKS = (
    EOFError,
    IndexError,
    NotImplementedError,
    RuntimeError,
    ValueError,
    struct.error,
    zipfile.BadZipFile,
    zlib.error,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Member:
    """A file in an archive, as an attachment: `name` is the last part of its path, safe; `index` the archive's."""

    name: str
    type: str
    size: int
    sha256: str
    index: int
    _archive: _Archive = field(repr=False)
    _info: zipfile.ZipInfo = field(repr=False)

    def chunks(self) -> Iterator[bytes]:
        """The octets, piece by piece."""
        return self._archive.pieces(self._info)


def is_zip(attachment: Attachment) -> bool:
    """Whether it is meant as a zip archive; documents that only are made of one (docx, jar) are not."""
    ending = PurePosixPath(attachment.name).suffix.lower()
    return ending == ".zip" or (ending in ("", ".bin") and attachment.type in _TYPES)


def unzip(attachment: Attachment) -> tuple[Member, ...] | str:
    """The files in an archive, each read to its end and checked; or why it stays packed.

    Raises:
        TemporaryError: there is no room for it on the disk.
    """
    try:
        archive = _Archive(attachment.chunks())
        return tuple(_member(archive, info, attachment.index) for info in archive.files())
    except zipfile.BadZipFile as exc:
        return str(exc)[:200]
    except _BREAKS as exc:
        return f"it is broken: {exc}"[:200]
    except OSError as exc:
        reason = f"{attachment.name}: no room to unzip it: {exc.strerror or exc}"
        raise TemporaryError(reason) from exc


class _Archive:
    """An archive that is read from memory or a temporary file; gone when its last member is."""

    def __init__(self, chunks: Iterable[bytes]) -> None:
        self._source = _Source(chunks)
        self._zip = zipfile.ZipFile(self._source)

    def files(self) -> list[zipfile.ZipInfo]:
        """The members that are files, if they can be read within the limits.

        Raises:
            zipfile.BadZipFile: they can't, and why.
        """
        files = [info for info in self._zip.infolist() if not info.is_dir()]
        total = sum(info.file_size for info in files)
        checks = {
            f"it has more than {MAX_MEMBERS:,} files": len(files) > MAX_MEMBERS,
            "it is encrypted": any(info.flag_bits & _ENCRYPTED for info in files),
            "it is packed by a method that is not read": any(i.compress_type not in _METHODS for i in files),
            f"unpacked it has {total:,} octets, at most {MAX_OCTETS:,} are": total > MAX_OCTETS,
            f"it unpacks to more than {MAX_RATIO} times its size": total
            > max(FREE_OCTETS, MAX_RATIO * self._source.size),
        }
        for reason, holds in checks.items():
            if holds:
                raise zipfile.BadZipFile(reason)
        return files

    def pieces(self, info: zipfile.ZipInfo) -> Iterator[bytes]:
        """What a member holds; not one octet more than it declares, and its CRC is checked at the end."""
        with self._zip.open(info) as member:
            while piece := member.read(_PIECE):
                yield piece


class _Source:
    """The archive's octets, as a file for `zipfile`: nothing large is read at once, nothing before the start."""

    def __init__(self, chunks: Iterable[bytes]) -> None:
        self._file = SpooledTemporaryFile(max_size=_IN_MEMORY)  # noqa: SIM115 - closed by the finalizer
        weakref.finalize(self, _discard, self._file)
        for chunk in chunks:
            self._file.write(chunk)
        self.size = self._file.tell()

    def read(self, octets: int = -1) -> bytes:
        """Read on."""
        if octets < 0:
            octets = max(0, self.size - self._file.tell())
        if octets > MAX_READ:
            reason = "its list of files is too long"
            raise zipfile.BadZipFile(reason)
        return self._file.read(octets)

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        """Go to a place in the file."""
        base = {io.SEEK_SET: 0, io.SEEK_CUR: self._file.tell(), io.SEEK_END: self.size}[whence]
        if base + offset < 0:
            reason = "it is no zip archive"
            raise zipfile.BadZipFile(reason)
        return self._file.seek(base + offset)

    def tell(self) -> int:
        """The place in the file."""
        return self._file.tell()

    def seekable(self) -> bool:
        """Always."""
        return True


def _discard(file: SpooledTemporaryFile[bytes]) -> None:
    with suppress(OSError):  # what a full disk did not take is not missed
        file.close()


def _member(archive: _Archive, info: zipfile.ZipInfo, index: int) -> Member:
    size, digest = 0, hashlib.sha256()
    for piece in archive.pieces(info):
        size += len(piece)
        digest.update(piece)
    if size != info.file_size:
        reason = "it is broken: a file in it is shorter than it says"
        raise zipfile.BadZipFile(reason)
    last = _path(info).replace("\\", "/").rpartition("/")[2]
    name = safe_name(last, fallback=f"attachment-{index}.bin")
    return Member(
        name=name,
        type=media_type(name),
        size=size,
        sha256=digest.hexdigest(),
        index=index,
        _archive=archive,
        _info=info,
    )


def _path(info: zipfile.ZipInfo) -> str:
    """A member's path, which `zipfile` reads as cp437 where it is not marked as UTF-8."""
    if info.flag_bits & _UTF8:
        return info.filename
    return zip_path(info.orig_filename.partition("\0")[0].encode("cp437", "replace"))
