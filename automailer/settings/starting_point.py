"""The commented settings file that `automailer init` writes."""

from __future__ import annotations

from importlib.resources import files

__all__ = ["starting_point"]


def starting_point() -> str:
    """The text of a settings file to start from; it names rules/ops.yaml, templates/ and a schema file."""
    return (
        files("automailer.settings").joinpath("starting-point", "automailer.yaml").read_text(encoding="utf-8")
    )
