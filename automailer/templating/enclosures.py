"""What one rendering gathers beside its text: pictures to show and files to attach."""

from __future__ import annotations

import hashlib
import html
import re
from collections.abc import Sequence
from pathlib import Path
from urllib.parse import unquote

from automailer.templating.files import find_file, media_type, read_file
from automailer.templating.model import LocalFile, Picture

__all__ = ["Enclosures", "picture_sources"]

# Neither crosses a "<": a tag left open can't make the search start over and over (linear in the text).
_IMG = re.compile(r"""<img\b(?:[^<>"']|"[^"<]*"|'[^'<]*')*>""", re.IGNORECASE)
_SRC = re.compile(r"""(\ssrc\s*=\s*)("[^"]*"|'[^']*'|[^\s"'>]+)""", re.IGNORECASE)
_QUOTED_OTHER = re.compile(r"""\s(?!src\b)[\w:-]+\s*=\s*("[^"]*"|'[^']*')""", re.IGNORECASE)

# Left alone: with a scheme (http:, cid:, data:), on some host (//host), absolute, or a fragment.
_ELSEWHERE = re.compile(r"[a-zA-Z][a-zA-Z0-9+.-]*:|[/#\\]")


class Enclosures:
    """The pictures and attachments of one rendering, each file once."""

    def __init__(self, folders: Sequence[Path]) -> None:
        self._folders = tuple(folders)
        self._pictures: dict[str, Picture] = {}
        self._attachments: dict[Path, LocalFile] = {}

    @property
    def pictures(self) -> tuple[Picture, ...]:
        """In the order of their first mention."""
        return tuple(self._pictures.values())

    @property
    def attachments(self) -> tuple[LocalFile, ...]:
        """In the order of their first mention."""
        return tuple(self._attachments.values())

    def attach(self, name: str) -> str:
        """`{{ attach(…) }}`: add an attachment; prints nothing."""
        path = find_file(name, self._folders)
        if path not in self._attachments:
            file = LocalFile(name=path.name, type=media_type(path.name), octets=read_file(path))
            self._attachments[path] = file
        return ""

    def inline(self, name: str) -> str:
        """`{{ inline(…) }}`: add a picture; prints its `cid:` address (RFC 2392)."""
        return f"cid:{self._picture(name, self._folders).content_id}"

    def place(self, text: str, *, beside: Path) -> str:
        """Make pictures of each relative <img src>, and an <img> of each `inline` that stands alone.

        `beside` is the template's own folder, where a relative name is looked for first.
        """
        folders = (beside, *self._folders)
        text = _IMG.sub(lambda tag: self._with_picture(tag[0], folders), text)
        return self._show_lone(text)

    def name_lone(self, text: str) -> str:
        """Put a picture's name where plain text has its `cid:` address."""
        for content_id, picture in self._pictures.items():
            text = text.replace(f"cid:{content_id}", picture.name)
        return text

    def _with_picture(self, tag: str, folders: Sequence[Path]) -> str:
        source = _source(tag)
        if source is None:
            return tag
        content_id = self._picture(source, folders).content_id
        start, end = _src_span(tag) or (0, 0)
        return f'{tag[:start]}"cid:{content_id}"{tag[end:]}'

    def _show_lone(self, text: str) -> str:
        if not self._pictures:
            return text
        lone = re.compile(rf"<[^<>]*>|(?<![\"'(=])cid:({'|'.join(map(re.escape, self._pictures))})")

        def shown(found: re.Match[str]) -> str:
            if found[1] is None:
                return found[0]
            name = html.escape(self._pictures[found[1]].name)
            return f'<img src="cid:{found[1]}" alt="{name}">'

        return lone.sub(shown, text)

    def _picture(self, name: str, folders: Sequence[Path]) -> Picture:
        path = find_file(name, folders)
        kind = media_type(path.name)
        if not kind.startswith("image/"):
            msg = f"{name!r} is no picture"
            raise ValueError(msg)
        octets = read_file(path)
        content_id = f"{hashlib.sha256(octets).hexdigest()[:24]}@automailer"
        picture = Picture(name=path.name, type=kind, content_id=content_id, octets=octets)
        return self._pictures.setdefault(content_id, picture)


def picture_sources(text: str) -> list[str]:
    """List the relative <img src> of a template's source, those with template marks in them left out."""
    sources = (_source(tag[0]) for tag in _IMG.finditer(text))
    return [source for source in sources if source and "{" not in source]


def _source(tag: str) -> str | None:
    """The file that an <img> names; None when it names none beside the template."""
    span = _src_span(tag)
    if span is None:
        return None
    source = html.unescape(tag[slice(*span)].strip("\"'")).strip()
    return None if not source or _ELSEWHERE.match(source) else unquote(source)


def _src_span(tag: str) -> tuple[int, int] | None:
    # other attributes are blanked at equal length, so that their values can't pass for a src
    blanked = _QUOTED_OTHER.sub(lambda other: " " * len(other[0]), tag)
    found = _SRC.search(blanked)
    return found.span(2) if found else None
