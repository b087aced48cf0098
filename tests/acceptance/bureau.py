"""Three mailboxes full of mail on Dovecot, a relay on Postfix, the program between them; and what must come of it."""

from __future__ import annotations

import re
import sqlite3
from collections import Counter, defaultdict
from contextlib import closing
from dataclasses import dataclass
from email import message_from_bytes
from email.header import decode_header, make_header
from hashlib import sha256
from pathlib import Path

from tests.acceptance.mailbag import MAILBOXES, RULES, SENT_LATER, TEMPLATE, Letter, letters
from tests.acceptance.program import Program
from tests.acceptance.servers import DeliveredMail, Dovecot, DovecotUser, Postfix

__all__ = ["Bureau", "open_bureau"]

_MARK = re.compile(r"#\d{3,}")


@dataclass(slots=True, kw_only=True)
class Bureau:
    """The mail, the servers and the program; `check` holds what was done against what was to be done."""

    program: Program
    postfix: Postfix
    users: dict[str, DovecotUser]
    letters: list[Letter]

    @property
    def mails_to_send(self) -> int:
        """For each recipient one."""
        return sum(letter.sent.total() for letter in self.letters)

    def check(self, *, handed_over_again: int = 0, sent_mail_deleted: bool = True) -> None:
        """Everything was done once; so many mails may have arrived twice, under one Message-ID."""
        self.check_sent(handed_over_again)
        self.check_saved()
        self.check_mailboxes(sent_mail_deleted=sent_mail_deleted)

    def check_sent(self, handed_over_again: int) -> None:
        """Each mail to each recipient once, told by its Message-ID."""
        wanted: Counter[tuple[str, str]] = Counter()
        for letter in self.letters:
            wanted.update(letter.sent)
        delivered = self.postfix.wait_for(wanted.total())
        arrived: defaultdict[tuple[str, str], Counter[str]] = defaultdict(Counter)
        for mail in delivered:
            mark, message_id = _facts(mail)
            arrived[(mail.recipient, mark)][message_id] += 1
        assert Counter({who: len(ids) for who, ids in arrived.items()}) == wanted
        assert len(delivered) - wanted.total() <= handed_over_again

    def check_saved(self) -> None:
        """Attachments and whole messages to the octet, and nothing beside them."""
        wanted: Counter[tuple[str, str]] = Counter()
        for letter in self.letters:
            wanted.update((f"{letter.number:03}", digest) for digest in letter.files)
        saved = ((name.partition("/")[0], octets) for name, octets in self.program.files("files").items())
        assert Counter((folder, sha256(octets).hexdigest()) for folder, octets in saved) == wanted
        questions = [letter.octets for letter in self.letters if letter.sort == "question"]
        maildir = self.program.files("maildir")
        assert {Path(name).parent.name for name in maildir} == {"new"}
        assert sorted(maildir.values()) == sorted(questions)
        mbox = (self.program.folder / "copies.mbox").read_bytes()
        copies = Counter(letter.mark.encode() for letter in self.letters if letter.sort == "copy")
        assert Counter(re.findall(rb"^Subject: copy (#\d+)$", mbox, re.MULTILINE)) == copies
        assert len(re.findall(rb"^From \S+ ", mbox, re.MULTILINE)) == copies.total()

    def check_mailboxes(self, *, sent_mail_deleted: bool) -> None:
        """Deleted is exactly what should be."""
        for name, user in self.users.items():
            stays = [
                letter.octets
                for letter in self.letters
                if letter.mailbox == name
                and (letter.stays or (letter.sort == SENT_LATER and not sent_mail_deleted))
            ]
            assert sorted(user.mails()) == sorted(stays)

    def count(self, table: str) -> int:
        """The rows of a table of the database that others can see by now."""
        path = self.program.folder / "state" / "automailer.db"
        try:
            with closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True)) as database:
                found: int = database.execute(f"SELECT count(*) FROM {table}").fetchone()[0]
        except sqlite3.OperationalError:
            return 0  # not there yet
        return found

    def keys(self) -> list[str]:
        """The keys of the outbox."""
        path = self.program.folder / "state" / "automailer.db"
        with closing(sqlite3.connect(path)) as database:
            return [row[0] for row in database.execute("SELECT key FROM outbox")]


def open_bureau(folder: Path, dovecot: Dovecot, postfix: Postfix) -> Bureau:
    """Deliver the mail, write settings, rules and templates; nothing is polled yet."""
    users = {name: dovecot.add_user() for name in MAILBOXES}
    relay = dovecot.add_user()
    bag = list(letters())
    for letter in bag:
        users[letter.mailbox].deliver(letter.octets)
    program = Program(folder=folder)
    program.write("rules.yaml", RULES)
    program.write("templates/ack.txt.j2", TEMPLATE)
    logins: dict[str, dict[str, object]] = {
        "ops": {"port": dovecot.port, "tls": "starttls", "auth": "scram-sha-256"},
        "desk": {"port": dovecot.tls_port, "tls": "implicit", "auth": "plain"},
        "sales": {"port": dovecot.port, "tls": "starttls"},
    }
    program.settings(
        {
            "state": "state/",
            "templates": "templates/",
            "mailboxes": {
                name: {
                    "host": dovecot.host,
                    "username": user.name,
                    "password": user.password,
                    "ca_file": str(dovecot.certificate),
                    "poll": "60s",
                    "rules": "rules.yaml",
                    **logins[name],
                }
                for name, user in users.items()
            },
            "smtp": {
                "default": {
                    "host": postfix.host,
                    "port": postfix.port,
                    "tls": "starttls",
                    "username": relay.name,
                    "password": relay.password,
                    "ca_file": str(postfix.certificate),
                    "from": "Ops Desk <ops@example.com>",
                }
            },
            "autoreply": {"max_per_hour": 1000},
        }
    )
    return Bureau(program=program, postfix=postfix, users=users, letters=bag)


def _facts(mail: DeliveredMail) -> tuple[str, str]:
    """The mark in the subject, and the Message-ID."""
    header = message_from_bytes(mail.octets.partition(b"\n\n")[0])
    subject = str(make_header(decode_header(header["Subject"])))
    found = _MARK.search(subject)
    assert found is not None, subject
    return found[0], header["Message-ID"]
