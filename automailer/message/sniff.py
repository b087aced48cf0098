"""What octets are, by their first few thousand, whatever a mail calls them. Pure.

A table of our own: libraries that do this (puremagic, filetype) name hundreds of formats, and guess differently from
version to version; rules need few names that stay. Documents made of a zip archive are told apart by its members.
"""

from __future__ import annotations

import re

from automailer.message.endings import OCTETS, ending_of

__all__ = ["EMPTY", "HEAD", "PROGRAMS", "TAR", "ZIPPED", "disguise", "real_type"]

HEAD = 16_384
"""Octets that are looked at: the first members of an Office document lie within 4,000."""

EMPTY = "application/x-empty"
ZIP = "application/zip"
TAR = "application/x-tar"

PROGRAMS = frozenset(
    {
        "application/x-dosexec",
        "application/x-elf",
        "application/x-mach-binary",
        "application/x-ms-shortcut",
        "application/java-vm",
        "text/x-script",
    }
)
"""What a system may run when it is opened."""

_START: tuple[tuple[bytes, str], ...] = (
    (b"MZ", "application/x-dosexec"),
    (b"\x7fELF", "application/x-elf"),
    (b"\xce\xfa\xed\xfe", "application/x-mach-binary"),
    (b"\xcf\xfa\xed\xfe", "application/x-mach-binary"),
    (b"\xfe\xed\xfa\xce", "application/x-mach-binary"),
    (b"\xfe\xed\xfa\xcf", "application/x-mach-binary"),
    (b"L\0\0\0\x01\x14\x02\0", "application/x-ms-shortcut"),
    (b"#!", "text/x-script"),
    (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "application/x-ole-storage"),
    (b"PK\x05\x06", ZIP),
    (b"PK\x07\x08PK\x03\x04", ZIP),
    (b"Rar!\x1a\x07", "application/vnd.rar"),
    (b"7z\xbc\xaf\x27\x1c", "application/x-7z-compressed"),
    (b"\x1f\x8b", "application/gzip"),
    (b"BZh", "application/x-bzip2"),
    (b"\xfd7zXZ\0", "application/x-xz"),
    (b"(\xb5/\xfd", "application/zstd"),
    (b"MSCF\0\0\0\0", "application/vnd.ms-cab-compressed"),
    (b"ITSF", "application/vnd.ms-htmlhelp"),
    (b"\xe4\x52\x5c\x7b\x8c\xd8\xa7\x4d", "application/onenote"),
    (b"\x78\x9f\x3e\x22", "application/vnd.ms-tnef"),
    (b"SQLite format 3\0", "application/vnd.sqlite3"),
    (b"\x89PNG\r\n\x1a\n", "image/png"),
    (b"\xff\xd8\xff", "image/jpeg"),
    (b"GIF87a", "image/gif"),
    (b"GIF89a", "image/gif"),
    (b"II*\0", "image/tiff"),
    (b"MM\0*", "image/tiff"),
    (b"\0\0\x01\0", "image/vnd.microsoft.icon"),
    (b"\xd7\xcd\xc6\x9a", "image/wmf"),
    (b"ID3", "audio/mpeg"),
    (b"OggS", "application/ogg"),
    (b"fLaC", "audio/flac"),
    (b"#!AMR", "audio/AMR"),
    (b"\x1aE\xdf\xa3", "video/webm"),
    (b"{\\rtf", "application/rtf"),
    (b"%!PS", "application/postscript"),
)
_RIFF = {b"WEBP": "image/webp", b"WAVE": "audio/wav", b"AVI ": "video/x-msvideo"}
_BRANDS = {b"heic": "image/heic", b"heix": "image/heic", b"mif1": "image/heif", b"avif": "image/avif"}
_BRANDS |= {b"qt  ": "video/quicktime", b"M4A ": "audio/mp4"}
_PDF = re.compile(rb"%PDF-\d")
_BITMAP = re.compile(rb"BM.{4}\0{4}.{4}[\x0c\x28\x40\x6c\x7c]\0\0\0", re.DOTALL)
_MPEG = re.compile(rb"\xff[\xf2\xf3\xfa\xfb]")
# A member's header: its name's length, that of its extra field, its name (APPNOTE 4.3.7).
_LOCAL = re.compile(rb"PK\x03\x04.{22}(..)(..)", re.DOTALL)
_OFFICE = "application/vnd.openxmlformats-officedocument"
_ZIPPED_BY_MEMBER = (
    (b"word/", f"{_OFFICE}.wordprocessingml.document"),
    (b"xl/", f"{_OFFICE}.spreadsheetml.sheet"),
    (b"ppt/", f"{_OFFICE}.presentationml.presentation"),
    (b"AndroidManifest.xml", "application/vnd.android.package-archive"),
    (b"META-INF/MANIFEST.MF", "application/java-archive"),
)
_MIMETYPE = re.compile(rb"application/(?:vnd\.oasis\.opendocument\.[a-z-]{1,40}|epub\+zip)")
ZIPPED = frozenset({ZIP, *(kind for _, kind in _ZIPPED_BY_MEMBER), "application/epub+zip"})
"""Zip archives, whatever for; those of OpenDocument begin with `application/vnd.oasis.`."""

_BINARY = re.compile(rb"[\x00-\x08\x0e-\x1a\x1c-\x1f\x7f]")
_MARKUP: tuple[tuple[re.Pattern[bytes], str], ...] = (
    (re.compile(rb"(?:<\?xml[^>]{0,200}>\s*)?(?:<!--.{0,500}?-->\s*)?<svg[\s>]", re.I | re.S), "image/svg+xml"),
    (re.compile(rb"(?:<\?xml[^>]{0,200}>\s*)?(?:<!DOCTYPE\s+html|<html[\s>]|<head[\s>]|<body[\s>]|<script[\s>])", re.I),
     "text/html"),
    (re.compile(rb"<\?xml\s", re.I), "application/xml"),
    (re.compile(rb"BEGIN:VCALENDAR\b", re.I), "text/calendar"),
    (re.compile(rb"BEGIN:VCARD\b", re.I), "text/vcard"),
    (re.compile(rb"(?:Return-Path|Received|From|Delivered-To|MIME-Version|X-[A-Za-z-]{1,40}): ?\S"), "message/rfc822"),
)  # fmt: skip
_BOMS = (b"\xff\xfe", b"\xfe\xff")

_PROGRAM_TYPES = PROGRAMS | {
    OCTETS,
    "application/x-msdownload",
    "application/x-msdos-program",
    "application/x-executable",
    "application/x-sharedlib",
    "application/vnd.microsoft.portable-executable",
    "application/exe",
    "application/x-exe",
    "application/x-sh",
    "application/x-shellscript",
    "application/x-java",
    "application/binary",
    "text/x-sh",
    "text/x-shellscript",
    "text/x-python",
    "text/x-perl",
    "application/x-python",
    "application/x-perl",
    "application/x-ruby",
}
_PROGRAM_ENDINGS = frozenset({
    "app", "ax", "bash", "bin", "bundle", "cgi", "class", "com", "command", "cpl", "dll", "drv", "dylib", "efi", "elf",
    "exe", "js", "ko", "ksh", "lnk", "mjs", "msi", "mui", "o", "ocx", "out", "php", "pif", "pl", "py", "rb", "run",
    "scr", "sh", "so", "sys", "tcl", "tlb", "zsh",
})  # fmt: skip


def real_type(head: bytes) -> str:
    """Return the media type that the first `HEAD` octets show.

    `text/plain` where nothing is binary, `application/octet-stream` where the format is not known, and
    `application/x-empty` where there is nothing.
    """
    if not head:
        return EMPTY
    return _by_magic(head) or _by_text(head)


def disguise(real: str, *, declared: str, name: str) -> str:
    """Say that a program is declared, or named, as what it is not; or "".

    Scripts are text, and sent as such: a name that says what they are is enough.
    """
    if real not in PROGRAMS:
        return ""
    is_text = real.startswith("text/") and declared.startswith("text/")
    if declared not in _PROGRAM_TYPES and not is_text:
        return f"it is a program ({real}), not {declared[:80]} as declared"
    ending = ending_of(name)
    if ending and ending not in _PROGRAM_ENDINGS and not is_text:
        return f"it is a program ({real}), not what the ending .{ascii(ending)[1:-1][:20]} of its name tells"
    return ""


def _by_magic(head: bytes) -> str:
    if head.startswith(b"PK\x03\x04"):
        return _zipped(head)
    if head.startswith(b"\xca\xfe\xba\xbe"):
        # A Java class has its version here (45 and more), a universal binary the number of its parts.
        return "application/java-vm" if head[6:8] > b"\0\x2c" else "application/x-mach-binary"
    for magic, kind in _START:
        if head.startswith(magic):
            return kind
    return _further_in(head)


def _further_in(head: bytes) -> str:
    if head[4:8] == b"ftyp":
        return _BRANDS.get(head[8:12], "video/mp4")
    if head[:4] == b"RIFF":
        return _RIFF.get(head[8:12], "")
    if head[257:262] == b"ustar":
        return TAR
    if _PDF.search(head, 0, 1_024):
        return "application/pdf"
    if _BITMAP.match(head):
        return "image/bmp"
    return "audio/mpeg" if _MPEG.match(head) else ""


def _zipped(head: bytes) -> str:
    names = []
    for header in _LOCAL.finditer(head):
        start, length = header.end(), int.from_bytes(header[1], "little")
        names.append(head[start : start + length])
        if names[-1] == b"mimetype" and (found := _MIMETYPE.match(head, start + length)):
            return found[0].decode("ascii")
    for start_of_name, kind in _ZIPPED_BY_MEMBER:
        if any(name.startswith(start_of_name) for name in names):
            return kind
    return ZIP


def _by_text(head: bytes) -> str:
    if head.startswith(_BOMS):
        return "text/plain"
    text = head.removeprefix(b"\xef\xbb\xbf")
    if _BINARY.search(text):
        return OCTETS
    text = text[:2_048].lstrip()
    return next((kind for pattern, kind in _MARKUP if pattern.match(text)), "text/plain")
