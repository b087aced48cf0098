"""Templates in files: found by name, rendered to a subject, text, HTML, pictures and attachments."""

from __future__ import annotations

import html
import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING, Any

from automailer.errors import Place, Problem, TemplateError
from automailer.templating.enclosures import Enclosures, picture_sources
from automailer.templating.files import find_file
from automailer.templating.html import as_document, html_to_text, inline_styles
from automailer.templating.markdown import disarm, markdown_to_html, markdown_to_text
from automailer.templating.model import Rendered
from automailer.templating.names import KNOWN_NAMES

if TYPE_CHECKING:
    from jinja2 import FileSystemLoader

    from automailer.templating.reading import Usage
    from automailer.templating.sandbox import Sandbox

__all__ = ["Templates"]

_KINDS = ("txt", "html", "md")
_FUNCTIONS = ("inline", "attach")
_LEADING_BLANK_LINES = re.compile(r"\A(?:[ \t]*\r?\n)+")


@dataclass(frozen=True, slots=True, kw_only=True)
class _Printed:
    """What one template file printed; a `subject` is plain text already."""

    output: str
    subject: str | None
    path: Path


class Templates:
    """The templates folders, searched in order; the first one that has a template has all of its kinds."""

    def __init__(self, folders: Sequence[Path]) -> None:
        self._folders = tuple(folders)

    def exists(self, name: str) -> bool:
        """Tell whether any of NAME.txt.j2, NAME.html.j2, NAME.md.j2 is there."""
        return bool(self._kinds(name))

    def check(self, name: str, *, known: Collection[str] = KNOWN_NAMES) -> tuple[Problem, ...]:
        """List what is wrong in the template's syntax, filters, top-level names and pictures."""
        return tuple(
            problem for path in self._kinds(name).values() for problem in self._problems(path, known)
        )

    def files(self, name: str) -> tuple[Path, ...]:
        """The files of the template, in the one folder that counts."""
        return tuple(self._kinds(name).values())

    def hidden(self, name: str) -> tuple[Path, ...]:
        """Files of that name in folders behind the one that counts: nobody reads them."""
        counts = {path.parent for path in self.files(name)}
        folders = (folder for folder in self._folders if (folder / name).parent not in counts)
        paths = (folder / f"{name}.{kind}.j2" for folder in folders for kind in _KINDS) if counts else ()
        return tuple(path for path in paths if path.is_file())

    def usages(self, name: str) -> Mapping[Path, Usage]:
        """What the template's files, and those that they include, do with names.

        Those that can't be read or parsed are left out.
        """
        found: dict[Path, Usage] = {}
        for path in self.files(name):
            self._gather(self._loader_name(path), found)
        return found

    def has_file(self, name: str) -> bool:
        """Tell whether a template may include a file of this name."""
        from jinja2 import TemplateNotFound

        try:
            self._loader.get_source(self._sandbox, name)
        except TemplateNotFound:
            return False
        return True

    def _gather(self, name: str, found: dict[Path, Usage]) -> None:
        from jinja2 import TemplateError as Broken

        from automailer.templating.usage import usage_of

        try:
            source, file, _ = self._loader.get_source(self._sandbox, name)
            path = Path(file)
            if path in found:
                return
            found[path] = usage_of(self._sandbox, source)
        except (Broken, UnicodeDecodeError):
            return
        for included in found[path].includes:
            self._gather(included.name, found)

    def render(self, name: str, names: Mapping[str, Any]) -> Rendered:
        """Fill the template in; raises TemplateError with its file and line."""
        kinds = self._kinds(name)
        if not kinds:
            msg = f"no template {name!r}: none of {', '.join(f'{name}.{kind}.j2' for kind in _KINDS)}"
            raise TemplateError(msg, file=str(self._folders[0]) if self._folders else name)
        enclosures = Enclosures(self._folders)
        printed = {kind: self._print(path, names, enclosures) for kind, path in kinds.items()}
        page = self._html(printed, enclosures)
        return Rendered(
            subject=next((entry.subject for entry in printed.values() if entry.subject is not None), None),
            text=_text(printed, page, enclosures),
            html=page,
            pictures=enclosures.pictures,
            attachments=enclosures.attachments,
        )

    def _kinds(self, name: str) -> dict[str, Path]:
        if ".." in PurePosixPath(name).parts or name.startswith("/") or "\0" in name:
            return {}
        for folder in self._folders:
            paths = {kind: folder / f"{name}.{kind}.j2" for kind in _KINDS}
            found = {kind: path for kind, path in paths.items() if path.is_file()}
            if found:
                return found
        return {}

    @cached_property
    def _loader(self) -> FileSystemLoader:
        from jinja2 import FileSystemLoader

        return FileSystemLoader(self._folders)

    @cached_property
    def _sandbox(self) -> Sandbox:
        from automailer.templating.sandbox import Sandbox

        return Sandbox(self._loader)

    def _loader_name(self, path: Path) -> str:
        folder = next(folder for folder in self._folders if path.is_relative_to(folder))
        return path.relative_to(folder).as_posix()

    def _print(self, path: Path, names: Mapping[str, Any], enclosures: Enclosures) -> _Printed:
        from markupsafe import Markup

        from automailer.templating.sandbox import run, template_errors

        functions = {"inline": enclosures.inline, "attach": enclosures.attach}
        with template_errors(str(path)):
            template = self._sandbox.get_template(self._loader_name(path))
            output, subject = run(template, {**names, **functions})
            if subject is not None:
                plain = disarm(html.unescape(subject) if isinstance(subject, Markup) else str(subject))
                subject = " ".join(plain.split())
        return _Printed(output=_LEADING_BLANK_LINES.sub("", output), subject=subject, path=path)

    def _html(self, printed: Mapping[str, _Printed], enclosures: Enclosures) -> str | None:
        from automailer.templating.sandbox import template_errors

        entry = printed.get("html") or printed.get("md")
        if entry is None:
            return None
        with template_errors(str(entry.path)):
            markdown = "html" not in printed
            page = as_document(markdown_to_html(entry.output)) if markdown else entry.output
            return enclosures.place(inline_styles(page), beside=entry.path.parent)

    def _problems(self, path: Path, known: Collection[str]) -> Iterator[Problem]:
        from automailer.templating.sandbox import template_errors
        from automailer.templating.syntax import unknown_names

        try:
            with template_errors(str(path)):
                source = path.read_text(encoding="utf-8")
                self._sandbox.compile(source, filename=str(path))
                unknown = list(unknown_names(self._sandbox, source, (*known, *_FUNCTIONS)))
        except TemplateError as exc:
            yield Problem(place=Place(exc.file, max(exc.line, 1), 1), path="", message=exc.message)
            return
        for entry in unknown:
            place = Place(str(path), entry.line, 1)
            yield Problem(place=place, path="", message=f"unknown name {entry.name!r}", hint=entry.hint)
        yield from self._missing_pictures(path, source)

    def _missing_pictures(self, path: Path, source: str) -> Iterator[Problem]:
        for name in picture_sources(source) if path.name.endswith(".html.j2") else ():
            try:
                find_file(name, (path.parent, *self._folders))
            except ValueError as exc:
                line = source.count("\n", 0, max(source.find(name), 0)) + 1
                yield Problem(place=Place(str(path), line, 1), path="", message=str(exc))


def _text(printed: Mapping[str, _Printed], page: str | None, enclosures: Enclosures) -> str | None:
    if "txt" in printed:
        return enclosures.name_lone(printed["txt"].output)
    if "md" in printed and "html" not in printed:
        return enclosures.name_lone(markdown_to_text(printed["md"].output))
    return None if page is None else html_to_text(page)
