"""`automailer smtp`: the relays."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Annotated

import typer

from automailer.cli.exits import Exit
from automailer.cli.findings import Found, print_findings
from automailer.cli.groups import group
from automailer.cli.invocation import Config, Json, Wire, invocation, now, read_settings, wire_hook
from automailer.cli.names import known
from automailer.cli.output import print_json, print_table
from automailer.errors import AutomailerError

if TYPE_CHECKING:
    from automailer.settings import SmtpSettings
    from automailer.smtp import RelayFindings, Reply, WireHook

__all__ = ["smtp"]

smtp = group("The relays that mail leaves by.")

Name = Annotated[str, typer.Argument(metavar="NAME", help="The relay's name.", show_default=False)]
Verify = Annotated[
    str | None, typer.Option("--verify", metavar="ADDRESS", help="Ask whether it knows this address (VRFY).")
]
To = Annotated[str | None, typer.Option("--to", metavar="ADDRESS", help="Send a test mail to this address.")]

_UNKNOWN_ADDRESS = (550, 551, 553)
_SAYS_NOTHING = 252


@smtp.command("list")
def list_(context: typer.Context, as_json: Json = False, config: Config = None) -> None:
    """List the relays."""
    settings = read_settings(invocation(context, config))
    found = [
        {
            "name": relay.name,
            "host": relay.host,
            "port": relay.port,
            "tls": relay.tls.value,
            "username": relay.username,
            "from": relay.from_,
        }
        for relay in settings.smtp.values()
    ]
    if as_json:
        print_json(found)
        return
    columns = ("name", "host", "port", "tls", "username", "from")
    print_table(columns, ([one[column] for column in columns] for one in found), empty="no relays")


@smtp.command("doctor")
def doctor(
    context: typer.Context,
    name: Name,
    verify: Verify = None,
    to: To = None,
    as_json: Json = False,
    config: Config = None,
    wire: Wire = False,
) -> None:
    """Examine a relay step by step.

    EHLO's extensions, TLS, login, SIZE; no mail is sent unless --to asks for one.
    """
    said = invocation(context, config, wire=wire)
    settings = read_settings(said)
    relay = settings.smtp[known(name, settings.smtp, what="smtp server")]
    findings: list[Found] = []
    try:
        findings.extend(_examine(relay, verify, to, wire_hook(said)))
    except AutomailerError as exc:
        findings.append(("after " + findings[-1][0] if findings else "connection", "failed", str(exc)))
    print_findings(name, f"{relay.host}:{relay.port}", findings, as_json=as_json)
    ill = any(verdict == "failed" for _, verdict, _ in findings)
    raise typer.Exit(Exit.FAILED if ill else Exit.DONE)


def _examine(
    relay: SmtpSettings, verify: str | None, to: str | None, wire: WireHook | None
) -> Iterator[Found]:
    from automailer.smtp import examine, verify_address

    yield from _offers(relay, examine(relay, wire=wire))
    if verify is not None:
        yield _verified(verify, verify_address(relay, verify, wire=wire))
    if to is not None:
        from automailer.worker.trial_mail import send_test_mail

        result = send_test_mail(relay, to, now=now(), wire=wire)
        yield "test mail", "good" if result.delivered else "failed", f"to {to}: {result.answer}"


def _offers(relay: SmtpSettings, found: RelayFindings) -> Iterator[Found]:
    if found.tls:
        checked = relay.tls_verify or relay.fingerprint is not None
        yield (
            "tls",
            "good" if checked else "warning",
            f"{found.tls}, {found.cipher}" + ("" if checked else ", not checked"),
        )
    else:
        yield "tls", "warning", "none: everything goes in clear, as `tls: none` asks"
    yield (
        "login",
        "good" if found.login else "note",
        f"{relay.username} by {found.login}" if found.login else "none",
    )
    extensions = (" ".join(filter(None, (name.upper(), value))) for name, value in found.extensions.items())
    yield "extensions", "good", ", ".join(extensions) or "none"
    yield (
        "size",
        "note",
        f"mails up to {found.size_limit:,} octets" if found.size_limit else "no limit announced",
    )


def _verified(address: str, reply: Reply) -> Found:
    text = f"{address}: {reply}"
    if reply.code in _UNKNOWN_ADDRESS:
        return "verify", "failed", text
    if reply.code == _SAYS_NOTHING:
        return "verify", "note", f"{text} (it does not say)"
    return "verify", "good" if reply.code // 100 == 2 else "note", text
