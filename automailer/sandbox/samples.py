"""The sample mails: everything that the demo shows, as a server would hand it over."""

from __future__ import annotations

from dataclasses import dataclass
from importlib import resources

__all__ = ["SampleMail", "sample_mails"]

_LOOP_MARK = b"LOOP-MARK"


@dataclass(frozen=True, slots=True)
class SampleMail:
    """One sample: its file's name without the ending, and its octets with CRLF line ends."""

    name: str
    octets: bytes


def sample_mails(*, loop_mark: str = "sandbox") -> tuple[SampleMail, ...]:
    """The mails of `sandbox/mail`, oldest first; one of them carries `loop_mark` in X-Automailer-Loop."""
    folder = resources.files("automailer.sandbox") / "mail"
    files = sorted(
        (file for file in folder.iterdir() if file.name.endswith(".eml")), key=lambda file: file.name
    )
    return tuple(
        SampleMail(
            name=file.name.removesuffix(".eml"),
            octets=_with_crlf(file.read_bytes()).replace(_LOOP_MARK, loop_mark.encode()),
        )
        for file in files
    )


def _with_crlf(octets: bytes) -> bytes:
    """The files have LF, so that people can read and compare them; mail on the wire has CRLF."""
    return octets.replace(b"\r\n", b"\n").replace(b"\n", b"\r\n")
