"""Media types and the endings of names that go with them. Pure; the system's table differs from machine to machine."""

from __future__ import annotations

__all__ = ["EXTENSIONS", "OCTETS", "ending_of", "type_of_name"]

OCTETS = "application/octet-stream"

EXTENSIONS = {
    "application/gzip": "gz",
    "application/ics": "ics",
    "application/json": "json",
    "application/msword": "doc",
    "application/ms-tnef": "dat",
    "application/pdf": "pdf",
    "application/pgp-encrypted": "asc",
    "application/pgp-keys": "asc",
    "application/pgp-signature": "asc",
    "application/pkcs7-mime": "p7m",
    "application/pkcs7-signature": "p7s",
    "application/postscript": "ps",
    "application/rtf": "rtf",
    "application/vnd.ms-excel": "xls",
    "application/vnd.ms-powerpoint": "ppt",
    "application/vnd.openxmlformats-officedocument.presentationml.presentation": "pptx",
    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet": "xlsx",
    "application/vnd.openxmlformats-officedocument.wordprocessingml.document": "docx",
    "application/x-pkcs7-mime": "p7m",
    "application/x-pkcs7-signature": "p7s",
    "application/x-zip-compressed": "zip",
    "application/xml": "xml",
    "application/zip": "zip",
    "audio/mpeg": "mp3",
    "audio/wav": "wav",
    "image/bmp": "bmp",
    "image/gif": "gif",
    "image/heic": "heic",
    "image/jpeg": "jpg",
    "image/jpg": "jpg",
    "image/png": "png",
    "image/svg+xml": "svg",
    "image/tiff": "tif",
    "image/webp": "webp",
    "message/delivery-status": "txt",
    "message/disposition-notification": "txt",
    "message/global": "eml",
    "message/rfc822": "eml",
    "text/calendar": "ics",
    "text/csv": "csv",
    "text/html": "html",
    "text/plain": "txt",
    "text/vcard": "vcf",
    "text/x-vcard": "vcf",
    "text/xml": "xml",
    "video/mp4": "mp4",
}
"""Endings for names that we have to invent."""

_TYPES = {ending: kind for kind, ending in reversed(EXTENSIONS.items())} | {
    "asc": "text/plain",
    "dat": OCTETS,
    "eml": "message/rfc822",
    "htm": "text/html",
    "ics": "text/calendar",
    "jpeg": "image/jpeg",
    "log": "text/plain",
    "rtf": "application/rtf",
    "tiff": "image/tiff",
    "zip": "application/zip",
    "txt": "text/plain",
}


def ending_of(name: str) -> str:
    """What stands behind the last dot of a name, in lower case, or ""."""
    stem, _, ending = name.rpartition(".")
    return ending.strip().lower() if stem else ""


def type_of_name(name: str) -> str:
    """The media type that a name's ending tells, `application/octet-stream` where it tells none."""
    return _TYPES.get(ending_of(name), OCTETS)
