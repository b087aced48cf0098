"""The journal does not grow with what strangers write."""

from __future__ import annotations

from tests.integration.worker.office import Office, mail

LONG = "a long line of a long letter\n" * 4_000
TEXT = "{{ message.text }}"


def test_what_was_rendered_is_cut_in_the_journal_and_nowhere_else(office: Office) -> None:
    office.rules(f"""
rules:
  - name: all
    then:
      - set: {{all: "{TEXT}", more: ["{TEXT}"]}}
      - tag: "{TEXT}"
      - send: {{to: a@example.org, subject: s, text: "{TEXT}"}}
""")
    office.deliver(mail(body=LONG))
    assert office.poll().processed == 1
    [message] = office.messages()
    detail = office.detail(message.id)
    values, _, sent = (effect.fields for effect in detail.effects)
    for text in (values["values"]["all"], values["values"]["more"][0], sent["text"], message.tags[0]):
        assert len(text) == 2_000
        assert text.endswith("…")
    assert LONG.replace("\n", "\r\n").encode() in office.sent()[0].octets


def test_a_refusal_that_quotes_the_mail_is_cut(office: Office) -> None:
    office.rules(f"rules: [{{name: all, then: [{{forward: '{TEXT}@example.org'}}]}}]")
    office.deliver(mail(body=LONG.replace(" ", "")))
    assert office.poll().failed == 1
    [message] = office.messages()
    assert len(message.error) <= 2_000
    [effect] = office.detail(message.id).effects
    assert len(effect.error) <= 2_000
