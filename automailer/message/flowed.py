"""`format=flowed` (RFC 3676): lines that a program broke are one again. Pure; linear."""

from __future__ import annotations

__all__ = ["unflowed"]

_SIGNATURE = "-- "


def unflowed(text: str, *, joins_words: bool = False) -> str:
    """Return text with LF line ends as it was before it flowed; `joins_words` is the parameter DelSp=yes.

    A line that ends with a blank goes on in the next one of the same quote depth; the line of a signature does not.
    Quotes keep their depth, as `>> words`; the blank that keeps a line from looking like a quote is taken away.
    """
    done: list[str] = []
    held: list[str] = []
    depth = 0
    for line in text.split("\n"):
        quotes = len(line) - len(line.lstrip(">"))
        content = line[quotes:].removeprefix(" ")
        is_signature = content == _SIGNATURE
        if held and (quotes != depth or is_signature):
            _end(done, held, depth)
        depth = quotes
        if content.endswith(" ") and not is_signature:
            held.append(content[:-1] if joins_words else content)
        else:
            held.append(content)
            _end(done, held, depth)
    if held:
        _end(done, held, depth)
    return "\n".join(done)


def _end(done: list[str], held: list[str], depth: int) -> None:
    """Write down the paragraph."""
    content = "".join(held)
    held.clear()
    done.append(f"{'>' * depth} {content}" if depth and content else ">" * depth + content)
