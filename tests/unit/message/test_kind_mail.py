"""Which sort of message it is: the mail of real programs, and of people whose mail looks nearly like it."""

from __future__ import annotations

import pytest

from automailer.message import KINDS, parse
from tests.unit.message.kind_mail import MAIL

NAMED = [pytest.param(octets, kinds, id=name) for name, (octets, kinds) in MAIL.items()]


@pytest.mark.parametrize(("octets", "kinds"), NAMED)
def test_its_kinds_are_told(octets: bytes, kinds: frozenset[str]) -> None:
    message = parse(octets)
    assert message.kinds == kinds
    assert message.undecided_kinds == frozenset()
    assert kinds <= set(KINDS)


@pytest.mark.parametrize(("octets", "kinds"), NAMED)
def test_the_header_alone_says_nothing_that_the_whole_takes_back(
    octets: bytes, kinds: frozenset[str]
) -> None:
    header = parse(octets).header_alone()
    assert header.kinds <= kinds <= header.kinds | header.undecided_kinds


@pytest.mark.parametrize("kind", KINDS)
def test_there_is_mail_of_every_kind_and_mail_that_is_not(kind: str) -> None:
    assert {kind in kinds for _, kinds in MAIL.values()} == {True, False}


@pytest.mark.parametrize(
    ("header", "undecided"),
    [
        ("Content-Type: text/plain", {"signed", "encrypted"}),
        ("Subject: no type", {"signed", "encrypted"}),
        ("Content-Type: text/html", set()),
        ("Content-Type: image/png", set()),
        ("Content-Type: text/plain; name=a.txt", set()),
        ("Content-Type: multipart/signed; boundary=b", {"calendar"}),
        ("Content-Type: multipart/mixed; boundary=b", {"calendar", "signed", "encrypted"}),
        ("Content-Type: multipart/report; boundary=b", {"bounce", "calendar", "signed", "encrypted"}),
        ("Content-Type: application/pkcs7-mime", {"signed", "encrypted"}),
        ("Content-Type: application/pkcs7-mime; smime-type=Signed-Data", set()),
        ("Content-Type: application/pkcs7-mime; smime-type=new-data", {"signed", "encrypted"}),
    ],
)
def test_what_the_header_leaves_open_is_told(header: str, undecided: set[str]) -> None:
    message = parse(f"From: pat@example.net\r\n{header}\r\n\r\n".encode(), complete=False)
    assert message.undecided_kinds == undecided


AWAY = """
Automatic reply: x|Automatische Antwort: x|Réponse automatique : x|Respuesta automática: x|Risposta automatica: x
Resposta automática: x|Automatisch antwoord: x|Autosvar: x|Automatisk svar: x|Automaattinen vastaus: x
Automatyczna odpowiedź: x|Odpowiedź automatyczna: x|Automatická odpověď: x|Automatická odpoveď: x
Automatikus válasz: x|Răspuns automat: x|Автоматический ответ: x|Автоматична відповідь: x|Автоматичен отговор: x
Αυτόματη απάντηση: x|Otomatik Yanıt: x|תשובה אוטומטית: x|رد تلقائي: x|自動応答: x|自动答复: x|自動回覆: x
자동 회신: x|Automatski odgovor: x|Samodejni odgovor: x|Automatinis atsakymas: x|Automātiskā atbilde: x
Automaatvastus: x|Balasan otomatis: x|Trả lời tự động: x|ตอบกลับอัตโนมัติ: x|Resposta automàtica: x
Abwesenheitsnotiz: x|[Auto-Reply] x|Vacation reply|Fuera de la oficina: x|Absence du bureau : x
"""


@pytest.mark.parametrize("subject", [part for line in AWAY.split("\n") for part in line.split("|") if part])
def test_out_of_office_notes_are_told_in_many_languages(subject: str) -> None:
    header = f"From: Pat <pat@example.net>\r\nSubject: {subject}\r\nX-Auto-Response-Suppress: All\r\n\r\n"
    assert parse(header.encode()).kinds == {"auto_reply", "automatic"}
    by_hand = header.replace("X-Auto-Response-Suppress: All", "X-Mailer: x").encode()
    assert parse(by_hand).kinds == {"personal"}


@pytest.mark.parametrize(
    "path", ["Return-Path: <>", "Return-Path: <MAILER-DAEMON@x.example>", "X-Envelope-From: <>"]
)
def test_mail_from_nobody_is_automatic(path: str) -> None:
    assert parse(f"{path}\r\nFrom: pat@example.net\r\n\r\n".encode()).kinds == {"automatic"}


def test_a_long_subject_costs_nothing() -> None:
    subject = "automatic is out " * 100_000
    header = f"From: pat@example.net\r\nPrecedence: bulk\r\nSubject: {subject}\r\n\r\n"
    assert parse(header.encode()).kinds == {"automatic"}
