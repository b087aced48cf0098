"""The mail of kinds/: what real programs and people write, and the kinds that it is of."""

from __future__ import annotations

from pathlib import Path

__all__ = ["MAIL"]

_FOLDER = Path(__file__).parent / "kinds"


def _read() -> dict[str, tuple[bytes, frozenset[str]]]:
    """Each message begins below a line `%% NAME: KINDS`."""
    found: dict[str, tuple[bytes, frozenset[str]]] = {}
    for path in sorted(_FOLDER.glob("*.txt")):
        for entry in ("\n" + path.read_text("utf-8")).split("\n%% ")[1:]:
            title, _, text = entry.partition("\n")
            name, _, kinds = title.rpartition(": ")
            octets = text.replace("\n", "\r\n").encode()
            assert f"{path.stem}: {name}" not in found
            found[f"{path.stem}: {name}"] = (octets, frozenset(kinds.split()))
    return found


MAIL = _read()
"""By name: the octets, and the kinds."""
