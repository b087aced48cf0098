"""What is left of a mail that nobody kept, and nothing beyond it."""

from __future__ import annotations

import pytest

from automailer.message import NotKnown, Remembered


def remembered(*, subject: str = "hello", sender: str = "kim@example.org") -> Remembered:
    return Remembered(subject=subject, sender=sender, size=7, message_id="<a@example.org>")


def test_the_facts_are_there() -> None:
    mail = remembered()
    assert (mail.subject, mail.size, mail.message_id, mail.complete) == ("hello", 7, "<a@example.org>", False)
    assert mail.header("SUBJECT") == "hello"
    assert mail.header_all("Message-ID") == ("<a@example.org>",)
    [sender] = mail.addresses("From")
    assert (sender.address, sender.local, sender.domain) == ("kim@example.org", "kim", "example.org")


@pytest.mark.parametrize("name", ["text", "html", "attachments", "kinds", "date", "octets", "headers"])
def test_everything_else_is_not_known(name: str) -> None:
    with pytest.raises(NotKnown, match=name):
        getattr(remembered(), name)


def test_other_headers_are_not_known() -> None:
    for ask in (lambda: remembered().header("To"), lambda: remembered().addresses("cc")):
        with pytest.raises(NotKnown):
            ask()


def test_the_senders_name_is_not_known() -> None:
    with pytest.raises(NotKnown):
        _ = remembered().from_.name


@pytest.mark.parametrize("sender", ["", "Kim", '"Root <<root@@example.net>', "a@example.org, b@example.org"])
def test_a_sender_that_is_no_address_is_not_known(sender: str) -> None:
    with pytest.raises(NotKnown):
        remembered(sender=sender).addresses("from")


def test_an_empty_subject_may_as_well_have_been_missing() -> None:
    with pytest.raises(NotKnown):
        _ = remembered(subject="").subject
