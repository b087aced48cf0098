"""`authenticated`: which results fit, for which domains, and what `check` refuses."""

from __future__ import annotations

import pytest

from automailer.errors import TemporaryError
from automailer.message import Message
from automailer.rules import Answer, Signature
from tests.unit.rules.build import Answers, ask, mail, refused

YES, NO, UNKNOWN = Answer.YES, Answer.NO, Answer.UNKNOWN


def reported(results: str) -> Message:
    return mail(Authentication_Results=f"mx.example.com; {results}")


REPORTED = {
    "every method": ("dkim: pass, spf: pass", "dkim=pass; spf=pass", YES),
    "one method fails": ("dkim: pass, spf: pass", "dkim=pass; spf=fail", NO),
    "one method was not checked": ("dkim: pass, spf: pass", "dkim=pass", NO),
    "any of several results": ("spf: [pass, neutral]", "spf=neutral", YES),
    "any of several signatures": ("dkim: pass", "dkim=fail header.d=a.org; dkim=pass header.d=b.org", YES),
    "the domain of one that passes": (
        "dkim: pass, domain: b.org",
        "dkim=fail header.d=b.org; dkim=pass header.d=a.org",
        NO,
    ),
    "the domain itself": ("dkim: pass, domain: b.org", "dkim=pass header.d=b.org", YES),
    "a subdomain": ("dkim: pass, domain: b.org", "dkim=pass header.d=news.b.org", YES),
    "a domain that ends so": ("dkim: pass, domain: b.org", "dkim=pass header.d=evil-b.org", NO),
    "a parent": ("dkim: pass, domain: news.b.org", "dkim=pass header.d=b.org", NO),
    "a parent that signs for its subdomain": (
        "dkim: pass, domain: news.b.org",
        "dkim=pass header.d=b.org header.i=@news.b.org",
        YES,
    ),
    "any of several domains": ("dkim: pass, domain: [a.org, b.org]", "dkim=pass header.i=@b.org", YES),
    "no domain is told": ("dkim: pass, domain: b.org", "dkim=pass", NO),
    "the sender's domain": ("spf: pass, domain: b.org", "spf=pass smtp.mailfrom=ann@b.org", YES),
    "not the name that a sender calls itself by": (
        "spf: pass, domain: b.org",
        "spf=pass smtp.mailfrom=ann@evil.example smtp.helo=b.org",
        NO,
    ),
    "no sender": ("spf: pass, domain: b.org", 'spf=pass smtp.mailfrom="" smtp.helo=mx.b.org', YES),
    "the domain in From": ("dmarc: pass, domain: b.org", "dmarc=pass header.from=b.org", YES),
    "each method for the domain": (
        "dkim: pass, spf: pass, domain: b.org",
        "dkim=pass header.d=b.org; spf=pass smtp.mailfrom=list.example",
        NO,
    ),
    "a chain has no domain": (
        "arc: pass, dkim: fail, domain: b.org",
        "arc=pass; dkim=fail header.d=b.org",
        YES,
    ),
    "a domain with an umlaut": (
        "dkim: pass, domain: bücher.example",
        "dkim=pass header.d=xn--bcher-kva.example",
        YES,
    ),
}


@pytest.mark.parametrize(("asked", "results", "answer"), REPORTED.values(), ids=REPORTED)
def test_what_a_server_reports(asked: str, results: str, answer: Answer) -> None:
    assert ask(f"authenticated: {{by: MX.example.com., {asked}}}", reported(results)).answer is answer


def test_a_list_of_servers_is_any_of_them() -> None:
    text = "authenticated: {by: [old.example.com, mx.example.com], dkim: pass}"
    trace = ask(text, reported("dkim=pass header.d=b.org"))
    assert (trace.answer, trace.value) == (YES, "old.example.com or mx.example.com: dkim=pass (b.org)")


def test_a_report_is_read_before_the_body_is_fetched() -> None:
    head = mail(complete=False, Authentication_Results="mx.example.com; dmarc=pass")
    assert ask("authenticated: {by: mx.example.com, dmarc: pass}", head).answer is YES


def signed(result: str, domain: str = "b.org", reason: str = "") -> Signature:
    return Signature(result=result, domain=domain, reason=reason)


SIGNED = mail(DKIM_Signature="v=1")
LATE = signed("temperror", reason="the DNS gives no answer")

CHECKED = {
    "passes": ("dkim: pass", (signed("pass"),), YES),
    "passes for the domain": (
        "dkim: pass, domain: b.org",
        (signed("fail", "a.org"), signed("pass", "x.b.org")),
        YES,
    ),
    "passes for another": ("dkim: pass, domain: b.org", (signed("fail"), signed("pass", "a.org")), NO),
    "is not acceptable": ("dkim: pass", (signed("policy"),), NO),
    "is what was asked": ("dkim: [fail, policy]", (signed("policy"),), YES),
    "of no domain in particular": ("dkim: pass", (LATE,), NO),
    "of a stranger, and the DNS is silent": ("dkim: pass, domain: a.org", (LATE,), NO),
    "of the domain, beside one that passes": ("dkim: pass, domain: b.org", (LATE, signed("pass")), YES),
    "silence is what was asked": ("dkim: temperror, domain: b.org", (LATE,), YES),
}


@pytest.mark.parametrize(("asked", "signatures", "answer"), CHECKED.values(), ids=CHECKED)
def test_a_signature_that_is_checked_here(
    asked: str, signatures: tuple[Signature, ...], answer: Answer
) -> None:
    assert ask(f"authenticated: {{{asked}}}", SIGNED, outside=Answers(signatures)).answer is answer


def test_what_was_checked_is_told() -> None:
    found = (signed("pass"), signed("policy", reason="SHA-1"), signed("permerror", ""))
    trace = ask("authenticated: {dkim: pass}", SIGNED, outside=Answers(found))
    assert trace.value == "dkim=pass (b.org), dkim=policy (b.org: SHA-1), dkim=permerror"


def test_a_message_waits_for_the_dns_of_the_domain_that_is_asked_for() -> None:
    with pytest.raises(TemporaryError, match=r"DKIM of b\.org: the DNS gives no answer"):
        ask("authenticated: {dkim: pass, domain: b.org}", SIGNED, outside=Answers((LATE,)))


def test_a_signature_is_unknown_before_the_body_is_fetched_and_its_absence_is_not() -> None:
    assert ask("authenticated: {dkim: pass}", mail(complete=False, DKIM_Signature="v=1")).answer is UNKNOWN
    assert ask("authenticated: {dkim: pass}", mail(complete=False)).answer is NO
    assert ask("authenticated: {dkim: none}", mail(complete=False)).answer is YES
    assert ask("authenticated: {dkim: none, domain: b.org}", mail(complete=False)).answer is NO


def test_a_signature_is_unknown_where_nobody_checks_it() -> None:
    assert ask("authenticated: {dkim: pass}", SIGNED).answer is UNKNOWN


REFUSED = {
    "authenticated: true": "expected a mapping such as {by: mx.example.com, dmarc: pass}, found 'true'",
    "authenticated: {by: mx.example.com}": "asks for nothing: expected dkim, spf, dmarc or arc",
    "authenticated: {spf: pass}": "can't be checked after the delivery: expected by: and the server whose word on"
    " it counts",
    "authenticated: {by: mx.example.com, dkim: passed}": "unknown result 'passed': expected pass, fail, none,"
    " softfail, neutral, temperror, permerror or policy (did you mean 'pass'?)",
    "authenticated: {by: mx.example.com, dkmi: pass}": "unknown key 'dkmi': expected by, dkim, spf, dmarc, arc or"
    " domain (did you mean 'dkim'?)",
    "authenticated: {by: mx.example.com, dkim: pass, domain: '*.b.org'}": "'*.b.org' is no name of a server or a"
    " domain: expected one such as mx.example.com (did you mean 'b.org'?)",
    "authenticated: {by: [], dkim: pass}": "is an empty list, which nothing fits: expected at least one entry",
    "authenticated: {by: mx.example.com, arc: pass, domain: b.org}": "no domain goes with arc",
}


@pytest.mark.parametrize(("text", "message"), REFUSED.items())
def test_what_can_not_be_meant_is_refused(text: str, message: str) -> None:
    found = refused(text)
    assert any(problem.endswith(message) for problem in found), found


def test_every_method_that_can_not_be_checked_is_named_at_its_place() -> None:
    assert [
        problem.partition(": ")[0] for problem in refused("authenticated:\n  spf: pass\n  dmarc: pass\n")
    ] == [
        "rules.yaml:2:3",
        "rules.yaml:3:3",
    ]
