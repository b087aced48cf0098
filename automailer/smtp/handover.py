"""One mail over one connection: MAIL, RCPT, DATA, and what each answer means for whom (RFC 5321 3.3)."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from automailer.errors import ProtocolError
from automailer.smtp.addresses import needs_smtputf8, to_path
from automailer.smtp.body import END_OF_DATA, normalise, to_data
from automailer.smtp.dialogue import ConnectionLostError, Dialogue
from automailer.smtp.model import Delivery, Envelope, Outcome, Reply, Result, Scope
from automailer.smtp.replies import outcome_of, scope_of

__all__ = ["HandOver", "NotBegunError"]

DATA_ANSWER_SECONDS = 600.0
"""To wait for the answer to the final dot: giving up early makes duplicates (RFC 5321 4.5.3.2.6)."""


class NotBegunError(ConnectionLostError):
    """The relay ended the connection before it said anything of this mail."""


class HandOver:
    """One mail's way over one connection; `results` fills up as the answers come."""

    def __init__(self, dialogue: Dialogue, envelope: Envelope, *, before_data: Callable[[], None]) -> None:
        self._dialogue = dialogue
        self._envelope = envelope
        self._before_data = before_data
        self._octets = normalise(envelope.octets)
        self._paths: dict[str, str] = {}
        self._accepted: list[str] = []
        self._results: dict[str, Result] = {}
        self._trouble = ""

    def run(self) -> Delivery:
        """Hand the mail over, once; NotBegunError when the connection ended before MAIL had its answer."""
        self._check_recipients()
        refusal = self._refusal() if self._paths else ""
        if refusal:
            self._settle(self._paths, Outcome.REFUSED, refusal)
        elif self._paths and self._mail():
            self._transmit()
        results = {recipient: self._results[recipient] for recipient in self._envelope.recipients}
        return Delivery(results=results, trouble=self._trouble)

    def _check_recipients(self) -> None:
        for recipient in self._envelope.recipients:
            try:
                path = to_path(recipient)
                if path == "<>":
                    msg = "a recipient can't be empty"
                    raise ValueError(msg)
                if needs_smtputf8(path) and not self._offers("smtputf8"):
                    msg = f"{recipient!r} needs SMTPUTF8, which the server does not offer"
                    raise ValueError(msg)
            except ValueError as exc:
                self._settle([recipient], Outcome.REFUSED, str(exc))
            else:
                self._paths[recipient] = path

    def _refusal(self) -> str:
        """Say why this server can't take this mail, whatever it would answer; "" when it may."""
        try:
            sender = to_path(self._envelope.sender)
        except ValueError as exc:
            return f"sender: {exc}"
        if needs_smtputf8(sender) and not self._offers("smtputf8"):
            return f"sender {self._envelope.sender!r} needs SMTPUTF8, which the server does not offer"
        if not self._octets.isascii() and not self._offers("8bitmime"):
            return "the mail holds 8-bit octets and the server does not offer 8BITMIME"
        limit = self._dialogue.size_limit
        if limit and len(self._octets) > limit:
            return f"the mail has {len(self._octets)} octets, the server takes {limit}"
        return ""

    def _mail(self) -> bool:
        sender = to_path(self._envelope.sender)
        args = [f"FROM:{sender}"]
        if self._offers("size"):
            args.append(f"SIZE={len(self._octets)}")
        if not self._octets.isascii():
            args.append("BODY=8BITMIME")
        if any(needs_smtputf8(path) for path in (sender, *self._paths.values())):
            args.append("SMTPUTF8")
        try:
            reply = self._dialogue.command("MAIL", " ".join(args))
        except (ConnectionLostError, ProtocolError) as exc:
            raise NotBegunError(str(exc)) from exc
        if reply.code == 421:
            self._dialogue.close()
            raise NotBegunError(str(reply))
        return self._take(reply, "MAIL", self._paths)

    def _transmit(self) -> None:
        """Name the recipients and send the text; a lost connection defers whoever has no answer yet."""
        try:
            self._name_recipients()
            if self._trouble:
                raise ConnectionLostError(self._trouble)
            if self._accepted and self._open_data():
                self._send_text()
        except (ConnectionLostError, ProtocolError) as exc:
            self._trouble = str(exc)
            self._settle_rest(Outcome.DEFERRED, self._trouble)

    def _name_recipients(self) -> None:
        notify = " NOTIFY=NEVER" if self._envelope.dsn_never and self._offers("dsn") else ""
        lines = [("RCPT", f"TO:{path}{notify}") for path in self._paths.values()]
        for recipient, reply in zip(self._paths, self._dialogue.commands(lines), strict=True):
            if self._take(reply, "RCPT", [recipient]):
                self._accepted.append(recipient)
            if reply.code == 421:
                raise ConnectionLostError(str(reply))

    def _open_data(self) -> bool:
        reply = self._dialogue.command("DATA")
        if reply.code == 354:
            return True
        if reply.code // 100 == 2:
            msg = f"DATA was answered with {reply}"
            raise ProtocolError(msg)
        return self._take(reply, "DATA", self._accepted)

    def _send_text(self) -> None:
        for piece in to_data(self._octets):
            self._dialogue.send(piece)
        try:
            self._before_data()
        except BaseException:
            self._dialogue.close()  # the mail lacks its end: whatever else were sent would become part of it
            raise
        if self._dialogue.spoke_early():
            self._give_up_text()
            return
        self._dialogue.send(END_OF_DATA)
        self._dialogue.show_data(len(self._octets))
        try:
            reply = self._dialogue.reply(timeout=max(DATA_ANSWER_SECONDS, self._dialogue.timeout))
        except (ConnectionLostError, ProtocolError) as exc:
            self._trouble = f"no answer to the end of the mail: {exc}"
            self._settle(self._accepted, Outcome.UNKNOWN, self._trouble)
        else:
            self._take(reply, ".", self._accepted)

    def _give_up_text(self) -> None:
        """Take the word of a server that did not wait for the end, which it therefore never gets."""
        reply = self._dialogue.reply()
        if reply.code // 100 not in {4, 5}:
            msg = f"an answer before the end of the mail: {reply}"
            raise ProtocolError(msg)
        self._take(reply, ".", self._accepted)
        self._trouble = str(reply)

    def _take(self, reply: Reply, command: str, recipients: Iterable[str]) -> bool:
        """Record an answer that is not a go-ahead; say whether it is one."""
        outcome = outcome_of(reply, command=command)
        if outcome is Outcome.DELIVERED and command != ".":
            return True
        self._settle(recipients, outcome, str(reply), code=reply.code)
        if scope_of(reply, command=command) is Scope.CONNECTION or outcome is Outcome.UNKNOWN:
            self._trouble = str(reply)
        return False

    def _settle(self, recipients: Iterable[str], outcome: Outcome, reason: str, *, code: int = 0) -> None:
        for recipient in recipients:
            self._results[recipient] = Result(outcome=outcome, reason=reason, code=code)

    def _settle_rest(self, outcome: Outcome, reason: str) -> None:
        rest = [recipient for recipient in self._paths if recipient not in self._results]
        self._settle(rest, outcome, reason)

    def _offers(self, extension: str) -> bool:
        return bool(self._dialogue.has_extn(extension))
