"""The sample mails are what a server would hand over, and name nobody who exists."""

from __future__ import annotations

import re

import pytest

from automailer.sandbox import SampleMail, sample_mails

RESERVED = re.compile(rb"(?:^|\.)example\.(?:com|net|org)$", re.IGNORECASE)
DOMAIN = re.compile(rb"[\w.+-]+@([\w-]+(?:\.[\w-]+)+)|https?://([\w.-]+)")

samples = pytest.mark.parametrize("sample", sample_mails(), ids=lambda sample: sample.name)


def test_there_is_a_dozen_and_more_in_a_fixed_order() -> None:
    names = [sample.name for sample in sample_mails()]
    assert len(names) >= 12
    assert names == sorted(names)
    assert sample_mails() == sample_mails()


@samples
def test_lines_end_as_on_the_wire(sample: SampleMail) -> None:
    assert b"\r\n\r\n" in sample.octets
    assert not re.search(rb"(?<!\r)\n|\r(?!\n)", sample.octets)
    assert max(map(len, sample.octets.split(b"\r\n"))) <= 998  # RFC 5322, section 2.1.1


@samples
def test_every_domain_is_reserved_for_examples(sample: SampleMail) -> None:
    domains = {first or second for first, second in DOMAIN.findall(sample.octets)}
    assert domains
    assert all(RESERVED.search(domain) for domain in domains)


def test_one_mail_carries_the_loop_mark_that_was_asked_for() -> None:
    marked = [
        sample
        for sample in sample_mails(loop_mark="abc123")
        if b"X-Automailer-Loop: abc123\r\n" in sample.octets
    ]
    assert len(marked) == 1
