"""The whole way on real servers: three hundred mails, each acted on once."""

from __future__ import annotations

from pathlib import Path

from tests.acceptance.bureau import open_bureau
from tests.acceptance.mailbag import MAILBOXES, SENT_LATER
from tests.acceptance.servers import Dovecot, Postfix


def test_each_of_three_hundred_mails_is_acted_on_once(
    tmp_path: Path, dovecot: Dovecot, postfix: Postfix
) -> None:
    bureau = open_bureau(tmp_path, dovecot, postfix)
    assert len(bureau.letters) == 300
    first = bureau.program.poll()
    counts = {one["name"]: (one["listed"], one["new"], one["processed"]) for one in first["mailboxes"]}
    assert counts == {name: (count, count, count) for name, count in MAILBOXES.items()}
    bureau.check(sent_mail_deleted=False)

    second = bureau.program.poll()
    alerts = sum(letter.sort == SENT_LATER for letter in bureau.letters)
    assert [one["new"] for one in second["mailboxes"]] == [0, 0, 0]
    assert sum(one["deleted"] for one in second["mailboxes"]) == alerts
    assert second["outbox"] == {"sent": 0, "queued": 0, "failed": 0, "error": None}
    bureau.check()

    third = bureau.program.poll()
    assert sum(one["processed"] + one["deleted"] for one in third["mailboxes"]) == 0
    bureau.check()
