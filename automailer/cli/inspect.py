"""`automailer inspect`: what the program sees in a message."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

import typer

from automailer.cli.exits import Exit
from automailer.cli.files import Files, each_file
from automailer.cli.invocation import Json
from automailer.cli.output import print_facts, print_json, printable

if TYPE_CHECKING:
    from automailer.message import Address, Attachment, Bounce, Message

__all__ = ["inspect"]

_TEXT_LINES = 40
"""Lines of the text that are shown to a person; `--json` has it whole."""

_MEMBERS = 10
"""Files in an archive that are named; `--json` names more."""

_SAYS_NOTHING = ("application/octet-stream", "text/plain")
"""Real types that tell no more than the declared one."""


def inspect(files: Files, as_json: Json = False) -> None:
    """Show what the program sees in a message.

    Headers decoded, addresses, kinds, text, attachments, what is broken in it.
    """
    from automailer.message import parse

    failed = False
    documents: list[dict[str, Any]] = []
    for name, octets in each_file(files):
        if octets is None:
            failed = True
        elif as_json:
            documents.append({"file": name, **_document(parse(octets))})
        else:
            _tell(name, parse(octets))
    if as_json:
        print_json({"messages": documents})
    raise typer.Exit(Exit.FAILED if failed else Exit.DONE)


def _document(message: Message) -> dict[str, Any]:
    return {
        "subject": message.subject,
        "from": _address(message.from_),
        "to": _addresses(message.addresses("to")),
        "cc": _addresses(message.addresses("cc")),
        "reply_to": _addresses(message.addresses("reply-to")),
        "date": message.date.isoformat() if message.date else None,
        "message_id": message.message_id,
        "kinds": sorted(message.kinds),
        "bounce": _bounce(message.bounce) if "bounce" in message.kinds else None,
        "size": message.size,
        "text": message.text,
        "reply_text": message.reply_text,
        "html": message.html,
        "attachments": [_attachment(one) for one in message.attachments],
        "defects": list(message.defects),
        "headers": [{"name": header.name, "value": header.value} for header in message.headers],
    }


def _bounce(bounce: Bounce) -> dict[str, Any]:
    return {
        "recipients": list(bounce.recipients),
        "action": bounce.action,
        "status": bounce.status,
        "reason": bounce.reason,
    }


def _address(address: Address) -> dict[str, str]:
    return {"name": address.name, "address": address.address}


def _shown(address: Address) -> str:
    """As people write it; what is no address, as it stands there."""
    return str(address) if address.address else address.name


def _addresses(found: Iterable[Address]) -> list[dict[str, str]]:
    return [_address(address) for address in found]


def _attachment(one: Attachment) -> dict[str, Any]:
    return {
        "name": one.name,
        "type": one.type,
        "real_type": one.real_type,
        "size": one.size,
        "sha256": one.sha256,
        "inline": one.inline,
        "content_id": one.content_id,
        "members": list(one.members),
    }


def _tell(name: str, message: Message) -> None:
    print(printable(name))
    shown = ((kind, ", ".join(map(_shown, message.addresses(kind)))) for kind in ("to", "cc", "reply-to"))
    print_facts(
        [
            ("subject", message.subject or "(none)"),
            ("from", _shown(message.from_) or "(nobody)"),
            *shown,
            ("date", message.date.isoformat(sep=" ") if message.date else ""),
            ("message-id", message.message_id),
            ("kinds", ", ".join(sorted(message.kinds))),
            ("bounce", _told(message.bounce)),
            ("size", f"{message.size:,} octets"),
        ],
        indent="  ",
    )
    print("  headers")
    print_facts([(header.name, header.value) for header in message.headers], indent="    ")
    _tell_text(message)
    for number, one in enumerate(message.attachments, start=1):
        inline = ", inline" if one.inline else ""
        real = f", really {one.real_type}" if one.real_type not in (one.type, *_SAYS_NOTHING) else ""
        about = f"{one.type}{real}, {one.size:,} octets{inline}, sha256 {one.sha256}"
        print(f"  attachment {number}: {printable(one.name)} ({printable(about)})")
        for member in one.members[:_MEMBERS]:
            print(f"    holds {printable(member)}")
        if len(one.members) > _MEMBERS:
            print(f"    … and {len(one.members) - _MEMBERS:,} files more")
    for defect in message.defects:
        print(f"  broken: {printable(defect)}")
    print()


def _told(bounce: Bounce) -> str:
    said = " ".join(filter(None, (bounce.action, bounce.status)))
    return f"{said}: {', '.join(bounce.recipients[:_MEMBERS])}" if bounce.recipients else ""


def _tell_text(message: Message) -> None:
    text, reply = message.text.strip(), message.reply_text.strip()
    if text:
        _tell_lines("  text" if not message.html else "  text (there is HTML too)", text)
    if reply != text:
        _tell_lines("  reply_text: the same without quotes and signature", reply)


def _tell_lines(title: str, text: str) -> None:
    lines = text.splitlines()
    print(title)
    for line in lines[:_TEXT_LINES]:
        print(f"    {printable(line.expandtabs())}".rstrip())
    if len(lines) > _TEXT_LINES:
        print(f"    … and {len(lines) - _TEXT_LINES} lines more")
