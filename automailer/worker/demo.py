"""The main job with nothing set up: sample mail on embedded servers, the sample rules and templates, two polls."""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from automailer.errors import PermanentError
from automailer.sandbox import Pop3Server, ReceivedMail, SmtpSink, sample_mails
from automailer.shipped import shipped
from automailer.worker.assembly import assemble
from automailer.worker.round import RoundResult, poll_round
from automailer.worker.shop import Shop, open_shop

__all__ = ["Demo", "demo"]

_USER, _PASSWORD = "ops@example.com", "sandbox"
_SETTINGS = """\
# Written by `automailer demo`. Its servers end with it; look at rules/ and templates/, and at what came of them.
state: state/
templates: templates/
timezone: UTC
lists:
  oncall: [oncall@example.org]
mailboxes:
  ops:
    host: {pop3_host}
    port: {pop3_port}
    tls: none
    username: {user}
    password: {password}
    poll: 60s
    rules: [rules/common.yaml, rules/ops.yaml]
smtp:
  default:
    host: {smtp_host}
    port: {smtp_port}
    tls: none
    from: "Operations <ops@example.com>"
log: {{level: error}}
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Demo:
    """A demo in work: call `poll` as often as you like. `folder` holds everything, `sent` the mails as .eml."""

    folder: Path
    shop: Shop
    pop3: Pop3Server
    smtp: SmtpSink

    @property
    def sent(self) -> Path:
        """The mails that went out, one file each."""
        return self.folder / "sent"

    def poll(self) -> RoundResult:
        """One round, its mail written to `sent`."""
        before = len(self.smtp.received)
        result = poll_round(self.shop, list(self.shop.assembly.mailboxes))
        self.sent.mkdir(exist_ok=True)
        for number, mail in enumerate(self.smtp.received[before:], start=before + 1):
            (self.sent / f"{number:02d}-{_slug(mail)}.eml").write_bytes(mail.octets)
        return result


@contextmanager
def demo(folder: Path) -> Iterator[Demo]:
    """Servers, settings, rules and templates in `folder`, which must be empty or not be there yet.

    Raises:
        PermanentError: the folder holds something.
    """
    if folder.exists() and any(folder.iterdir()):
        reason = f"{folder}: is not empty; the demo writes into an empty folder only"
        raise PermanentError(reason)
    folder.mkdir(parents=True, exist_ok=True)
    for name in ("rules", "templates"):
        shutil.copytree(shipped(name), folder / name, dirs_exist_ok=True)
    with Pop3Server({_USER: _PASSWORD}) as pop3, SmtpSink() as smtp:
        shop = open_shop(assemble(_write_settings(folder, pop3, smtp)))
        try:
            for mail in sample_mails(loop_mark=shop.journal.loop_id()):
                pop3.maildrop(_USER).deliver(mail.octets)
            yield Demo(folder=folder, shop=shop, pop3=pop3, smtp=smtp)
        finally:
            shop.journal.close()


def _write_settings(folder: Path, pop3: Pop3Server, smtp: SmtpSink) -> Path:
    path = folder / "automailer.yaml"
    path.write_text(
        _SETTINGS.format(
            pop3_host=pop3.host,
            pop3_port=pop3.port,
            smtp_host=smtp.host,
            smtp_port=smtp.port,
            user=_USER,
            password=_PASSWORD,
        ),
        encoding="utf-8",
    )
    path.chmod(0o600)  # it holds a password, if only the sandbox's
    return path


def _slug(mail: ReceivedMail) -> str:
    to = mail.recipients[0] if mail.recipients else "nobody"
    return re.sub(r"[^a-z0-9.@-]+", "-", to.lower())[:60]
