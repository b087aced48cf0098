"""`command`: how it is read, when it is asked, what `check` refuses."""

from __future__ import annotations

from datetime import timedelta

import pytest

from automailer.errors import TemporaryError
from automailer.rules import Answer, Program, Ran
from automailer.rules.command import CommandTest
from automailer.rules.leaf import Leaf
from tests.unit.rules.build import Answers, ask, mail, read, refused, subject


def program_of(text: str) -> Program:
    test = read(text)
    assert isinstance(test, Leaf)
    assert isinstance(test.content, CommandTest)
    return test.content.program


def test_words_are_taken_as_they_are() -> None:
    found = program_of("command: {run: [sh, -c, '{{ message.subject }}; $x', 7], timeout: 1m}")
    assert found == Program(("sh", "-c", "{{ message.subject }}; $x", "7"), timedelta(minutes=1))


def test_it_may_take_ten_seconds() -> None:
    assert program_of("command: {run: [bogofilter]}").timeout == timedelta(seconds=10)


def test_it_is_asked_after_everything_that_is_at_hand() -> None:
    class Never(Answers):
        def run(self, program: Program) -> Ran:
            pytest.fail("it was run")

    text = "command: {run: [spamcheck]}\nif: message.subject == 'x'\nbody: nothing of that\n"
    test = read(text)
    assert test.check(subject(mail(), outside=Never())).answer is Answer.NO


def test_a_program_without_an_answer_makes_the_message_wait_and_the_rule_is_named() -> None:
    with pytest.raises(TemporaryError, match=r"^rules\.yaml:1:1: command: it gave no answer$"):
        ask("command: {run: [spamcheck]}", outside=Answers(silent=True))


def test_it_is_unknown_where_nobody_runs_programs() -> None:
    assert ask("command: {run: [spamcheck]}").answer is Answer.UNKNOWN


REFUSED = {
    "command: bogofilter": "expected a mapping such as {run: [bogofilter]}, found 'bogofilter'"
    " (did you mean '{run: [bogofilter]}'?)",
    "command: {timeout: 3s}": "has no run: expected the program and its arguments as a list",
    "command: {run: bogofilter -T}": "expected a list of words, since no shell reads this"
    " (did you mean '[bogofilter, -T]'?)",
    "command: {run: []}": "expected the program and its arguments as a list, found '[]'",
    "command: {run: [[a]]}": "expected text, found [a]",
    "command: {run: ['']}": "expected the name or the path of a program",
    'command: {run: [a, "b\\0c"]}': "no argument of a program can hold a NUL",
    "command: {run: [a], timeout: 10}": "expected a time such as 10s, found '10'",
    "command: {run: [a], timeout: 0s}": "expected more than 0s and at most 5m, found '0s'",
    "command: {run: [a], timeout: 1h}": "expected more than 0s and at most 5m, found '1h'",
    "command: {run: [a], shell: true}": "unknown key 'shell': expected run or timeout",
}


@pytest.mark.parametrize(("text", "message"), REFUSED.items())
def test_what_can_not_be_meant_is_refused(text: str, message: str) -> None:
    found = refused(text)
    assert any(problem.endswith(message) for problem in found), found


def test_a_program_that_can_not_be_run_is_refused_at_its_place() -> None:
    text = "command:\n  run: [nosuch, -v]\n"
    assert refused(text, unfit_program=lambda name: f"there is no {name}") == [
        "rules.yaml:2:9: command.run[0]: there is no nosuch"
    ]
