"""What the command line says of itself: every command with its arguments and options."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator
from functools import cache
from typing import Any, cast

import typer

from automailer.cli import register
from automailer.cli.main import app

__all__ = ["command_line", "commands", "every_command"]


@cache
def command_line() -> Any:
    """The whole application, as its parser sees it."""
    register.commands(app)
    return typer.main.get_command(app)


def every_command() -> dict[str, Any]:
    """The commands by what is typed for them, groups left out."""
    return dict(_walk("", command_line()))


def _walk(name: str, command: Any) -> Iterator[tuple[str, Any]]:
    for sub, each in getattr(command, "commands", {}).items():
        yield from _walk(f"{name} {sub}".strip(), each)
    if not hasattr(command, "commands"):
        yield name, command


def commands() -> dict[str, Callable[[], list[tuple[str, ...]]]]:
    """The tables by name: one of all commands, one of the options of all, one for each command."""
    shared = {one.name for one in command_line().params}
    tables = {f"command {name}": _table(command, but=shared) for name, command in every_command().items()}
    return {"commands": _overview, "options of all": _table(command_line()), **tables}


def _overview() -> list[tuple[str, ...]]:
    found = every_command().items()
    return [
        ("command", "meaning"),
        *((f"[`{name}`](#{name.replace(' ', '-')})", _first_line(command.help)) for name, command in found),
    ]


def _first_line(text: str | None) -> str:
    return (text or "").strip().split("\n\n")[0].replace("\n", " ")


def _table(command: Any, *, but: Collection[str] = ()) -> Callable[[], list[tuple[str, ...]]]:
    def rows() -> list[tuple[str, ...]]:
        own = (one for one in command.params if one.name not in but)
        return [("argument or option", "meaning"), *((_written(one), _help(one)) for one in own)]

    return rows


def _help(parameter: Any) -> str:
    """What the program says of it, and the default where there is one to tell."""
    about = cast("str | None", getattr(parameter, "help", None)) or ""
    default = parameter.default
    told = default in (None, False, ()) or callable(default) or "Default" in about
    return about if told else f"{about} Default: `{default}`."


def _written(parameter: Any) -> str:
    """As it is typed: `--mailbox NAME`, `-c`, `[MAILBOX…]`."""
    if parameter.param_type_name == "argument":
        return f"`{parameter.metavar or parameter.name.upper()}`"
    spelt = " ".join(f"`{one}`" for one in (*parameter.opts, *parameter.secondary_opts))
    return spelt if parameter.is_flag else f"{spelt} {parameter.metavar or parameter.name.upper()}"
