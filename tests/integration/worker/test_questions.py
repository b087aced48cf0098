"""Rules that ask servers, signatures and programs, in whole polls."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

import dns.resolver
import pytest

from automailer.errors import ConfigError
from automailer.message import parse
from automailer.worker import assemble
from automailer.worker.explain import Explainer
from automailer.worker.explained import Explained
from automailer.worker.poll import poll_mailbox
from tests.integration.worker.office import Office, mail
from tests.integration.worker.signing import BROKEN, DnsServer, sign

RULES = """
rules:
  - name: a vouched-for boss
    when: {{authenticated: {asked}}}
    then: [{{tag: vouched}}]
    stop: true
  - name: the rest
    then: [{{tag: rest}}]
"""


@pytest.fixture
def dns_server(monkeypatch: pytest.MonkeyPatch) -> Iterator[DnsServer]:
    with DnsServer() as server:
        server.publish()
        monkeypatch.setattr(dns.resolver, "default_resolver", server.resolver())
        yield server


def tags(office: Office) -> list[tuple[str, ...]]:
    return [one.tags for one in office.messages()]


def explained(office: Office, octets: bytes) -> Explained:
    with office.shop() as shop:
        return Explainer(shop.assembly, "ops").explain(parse(octets), uidl="u", now=office.now)


def value(found: Explained, *, rule: int = 0) -> str:
    test = found.trace[rule].test
    assert test is not None
    return test.value


def test_mail_that_was_signed_is_told_from_mail_that_was_not(office: Office, dns_server: DnsServer) -> None:
    office.rules(RULES.format(asked="{dkim: pass, domain: example.com}"))
    for octets in (
        sign(mail("one")),
        mail("two"),
        sign(mail("three")).replace(b"three", b"3"),
        sign(mail(), "x.org"),
    ):
        office.deliver(octets)
    assert office.poll().processed == 4
    assert tags(office) == [("vouched",), ("rest",), ("rest",), ("rest",)]


def test_a_signature_is_told_of(office: Office, dns_server: DnsServer) -> None:
    office.rules(RULES.format(asked="{dkim: pass, domain: example.com}"))
    assert value(explained(office, sign(mail()))) == "dkim=pass (example.com)"
    assert value(explained(office, mail())) == "dkim=none"


def test_the_dns_is_left_alone_until_it_matters(office: Office, dns_server: DnsServer) -> None:
    office.rules(
        "rules:\n  - name: cheap first\n    when: {authenticated: {dkim: pass}, subject: nothing of that}\n"
        "  - name: once\n    when: {authenticated: {dkim: pass}}\n"
        "  - name: more\n    when: {not: {authenticated: {dkim: fail}}, subject: two}\n"
    )
    office.deliver(mail("one"))
    office.poll()
    assert dns_server.asked == []
    office.deliver(sign(mail("two")))
    assert office.poll().processed == 1
    assert len(dns_server.asked) == 1


def test_only_mail_of_the_domain_that_is_asked_for_waits_for_its_dns(
    office: Office, dns_server: DnsServer
) -> None:
    dns_server.publish("boss.example", BROKEN)
    dns_server.publish("stranger.example", BROKEN)
    office.rules(RULES.format(asked="{dkim: pass, domain: boss.example}"))
    office.deliver(sign(mail("from the boss"), "boss.example"))
    office.deliver(sign(mail("from a stranger"), "stranger.example"))
    result = office.poll()
    assert (result.processed, result.failed) == (1, 1)
    assert "DKIM of boss.example: the DNS gives no answer" in result.troubles[0]
    assert office.states() == ["retry", "done"]
    dns_server.publish("boss.example")
    office.wait(hours=1)
    assert office.poll().processed == 1
    assert tags(office) == [("vouched",), ("rest",)]


def test_what_a_trusted_server_wrote_counts_and_what_others_wrote_does_not(office: Office) -> None:
    office.rules(RULES.format(asked="{by: mx.example.com, dmarc: pass, domain: example.com}"))
    for server in ("mx.example.com", "mx.evil.example"):
        results = f"{server};\r\n dmarc=pass (p=REJECT)\r\n header.from=example.com"
        office.deliver(b"Authentication-Results: " + results.encode() + b"\r\n" + mail(server))
    office.poll()
    assert tags(office) == [("vouched",), ("rest",)]


ASKING = """
rules:
  - name: spam
    when: {{command: {{run: {run}, timeout: 1s}}}}
    then: [{{tag: spam}}]
  - name: spam still
    when: {{command: {{run: {run}, timeout: 1s}}}}
    then: [{{tag: twice}}]
  - name: every one
    then: [{{tag: done}}, delete]
"""


def program(office: Office, script: str) -> str:
    """A program in the settings' folder, as a rule names it."""
    path = office.folder / "check"
    path.write_text(f"#!/bin/sh\necho $AUTOMAILER_SUBJECT >> asked\n{script}\n", encoding="utf-8")
    path.chmod(0o755)
    return "[./check]"


def asked(office: Office) -> list[str]:
    path = office.folder / "asked"
    return path.read_text(encoding="utf-8").splitlines() if path.exists() else []


def test_a_program_gets_the_message_and_is_asked_once(office: Office) -> None:
    office.rules(ASKING.format(run=program(office, "grep -q viagra")))
    office.deliver(mail("one", "buy viagra\n"))
    office.deliver(mail("two", "hello\n"))
    assert office.poll().processed == 2
    assert tags(office) == [("spam", "twice", "done"), ("done",)]
    assert (asked(office), office.uids()) == (["one", "two"], [])


def test_a_program_is_told_of(office: Office) -> None:
    office.rules(ASKING.format(run=program(office, "echo no database >&2; exit 3")))
    found = explained(office, mail())
    assert (value(found), found.error) == ("exit 3: no database", "")


def test_a_program_that_hangs_makes_its_message_wait_and_no_other(office: Office) -> None:
    office.rules(ASKING.format(run=program(office, "grep -q bomb || exit 1; sleep 1000")))
    for subject in ("one", "bomb", "three"):
        office.deliver(mail(subject))
    result = office.poll()
    assert (result.processed, result.failed) == (2, 1)
    assert "rules.yaml:4:12: command: ./check gave no answer in 1s" in result.troubles[0]
    assert office.states() == ["done", "retry", "done"]
    assert len(office.uids()) == 1
    program(office, "exit 1")
    office.wait(hours=1)
    assert office.poll().processed == 1
    assert (office.states(), office.uids()) == (["done"] * 3, [])


def test_a_program_that_went_away_makes_mail_wait(office: Office) -> None:
    office.rules(ASKING.format(run=program(office, "exit 0")))
    office.deliver()
    with office.shop() as shop:
        (office.folder / "check").unlink()
        found = Explainer(shop.assembly, "ops").explain(parse(mail()), uidl="u", now=office.now)
    assert "there is no file" in found.error


def test_a_program_that_is_not_there_is_refused_at_its_place(office: Office, tmp_path: Path) -> None:
    office.rules("rules:\n  - name: a\n    when:\n      command: {run: [./none, -x]}\n")
    with pytest.raises(ConfigError) as caught:
        assemble(office._write_settings())
    (problem,) = caught.value.problems
    assert (
        str(problem)
        .partition("\n")[0]
        .endswith(
            f"rules.yaml:4:23: rules[0].when.command.run[0]: there is no file {str(tmp_path / 'none')!r}"
        )
    )


def test_what_is_too_large_to_be_fetched_is_not_asked_about(office: Office) -> None:
    office.mailboxes["ops"]["max_message_size"] = "1KB"
    office.rules(ASKING.format(run=program(office, "exit 0")))
    office.deliver(mail("large", "x" * 70 + "\n" * 2_000))
    office.poll()
    assert asked(office) == []
    assert len(office.uids()) == 1


def test_the_lease_is_held_through_many_slow_programs(office: Office) -> None:
    """Each takes four minutes; the lease lasts fifteen."""
    run = program(office, "exit 1")[1:-1]
    rules = (
        f"{{name: {n}, when: {{command: {{run: [{run}, '{n}'], timeout: 5m}}}}, then: [delete]}}"
        for n in range(6)
    )
    office.rules(f"rules: [{', '.join(rules)}]")
    office.deliver()
    taken: dict[int, bool] = {}
    with office.shop() as shop:

        def clock() -> datetime:
            now = office.now + timedelta(minutes=4 * len(asked(office)))
            if asked(office):
                taken[len(asked(office))] = shop.journal.claim_mailbox("ops", owner="thief", now=now)
            return now

        result = poll_mailbox(replace(shop, clock=clock), "ops")
    assert (result.processed, result.error) == (1, "")
    assert taken == dict.fromkeys(range(1, 7), False)
