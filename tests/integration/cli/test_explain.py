"""`inspect`, `explain`, `poll --dry-run`: what is seen, what would be done, and nothing is."""

from __future__ import annotations

import re
from pathlib import Path

from automailer.sandbox import sample_mails
from tests.integration.cli.desk import USER, Desk, run

_SAMPLES = {mail.name: mail.octets for mail in sample_mails()}


def _write(desk: Desk, name: str) -> str:
    (desk.folder / f"{name}.eml").write_bytes(_SAMPLES[name])
    return f"{name}.eml"


def test_inspect_needs_no_settings(tmp_path: Path) -> None:
    (tmp_path / "a.eml").write_bytes(_SAMPLES["03-invoice"])
    [seen] = run("inspect", "a.eml", "--json", cwd=tmp_path).document["messages"]
    assert seen["subject"] == "Invoice 4711 for November"
    assert seen["from"] == {"name": "Jörg Müller", "address": "billing@example.net"}
    assert seen["to"] == [{"name": "Operations", "address": "ops@example.com"}]
    assert seen["cc"] == []
    assert seen["date"] == "2026-11-23T08:03:00+01:00"
    assert seen["message_id"] == "<4711.november@example.net>"
    assert seen["kinds"] == ["personal"]
    assert seen.keys() >= {"text", "reply_text", "html", "defects"}
    [attached] = seen["attachments"]
    assert attached.keys() >= {"name", "type", "size", "sha256", "inline", "content_id"}
    assert (attached["real_type"], attached["members"]) == ("application/pdf", [])
    assert (attached["name"], attached["type"]) == ("invoice-4711.pdf", "application/pdf")


def test_inspect_reads_stdin_and_goes_on_after_a_file_that_is_not_there(tmp_path: Path) -> None:
    done = run("inspect", "none.eml", "-", cwd=tmp_path, stdin=_SAMPLES["04-chinese"])
    assert done.status == 1
    assert done.err == "none.eml: can't be read: No such file or directory\n"
    assert "subject     上海服务器无法访问" in done.out


def test_whatever_a_mail_says_no_control_character_reaches_the_terminal(desk: Desk) -> None:
    mail = (
        b"From: \x1b]0;owned\x07 <a@example.org>\nSubject: =?utf-8?q?=1B[2J=E2=80=AEgpj?=\n"
        b"To: ops@example.com\nContent-Type: text/plain; charset=utf-8\n\n"
        b"\x1b[31mred\xc2\x9b \xe2\x80\xaegpj\x7f\n"
    )
    for words in (["inspect", "-"], ["explain", "-"], ["inspect", "-", "--json"], ["explain", "-", "--json"]):
        shown = desk.run(*words, stdin=mail).out
        assert shown
        assert all(char.isprintable() or char == "\n" for char in shown), words
    [seen] = desk.run("inspect", "-", "--json", stdin=mail).document["messages"]
    assert "red \u202egpj" in seen["text"]


def test_explain_shows_each_test_with_what_it_saw_and_where_it_stands(desk: Desk) -> None:
    shown = desk.run("explain", _write(desk, "10-question")).out
    assert "✗ critical alert to on-call" in shown
    assert "├ ✗ from: *@monitoring.example.com ← Kim Berg <kim@example.org>  rules/ops.yaml:12:7" in shown
    assert "✓ somebody writes to us" in shown
    assert "→ reply to kim@example.org 'Re: When is the next maintenance?'" in shown


def test_explain_as_json_has_the_keys_of_the_contract(desk: Desk) -> None:
    done = desk.run("explain", "--json", _write(desk, "06-out-of-office"), _write(desk, "01-critical-alert"))
    assert done.status == 0
    away, alert = done.document["messages"]
    for message in (away, alert):
        assert message.keys() >= {"subject", "from", "uidl", "rules", "actions"}
        for rule in message["rules"]:
            assert rule.keys() >= {"name", "matched", "stop", "tests"}
            for test in rule["tests"]:
                assert test.keys() >= {"test", "result", "value", "where"}
                assert test["result"] in {"yes", "no", "unknown"}
        assert all(action.keys() >= {"rule", "action", "refused"} for action in message["actions"])
    assert alert["from"] == "alerts@monitoring.example.com"
    [matched] = [rule for rule in alert["rules"] if rule["matched"]]
    assert (matched["name"], matched["stop"]) == ("critical alert to on-call", True)
    forward = next(action for action in alert["actions"] if action["action"] == "forward")
    assert (forward["to"], forward["subject"], forward["refused"]) == (
        ["oncall@example.org"],
        "db1: disk full",
        None,
    )
    reply = next(action for action in away["actions"] if action["action"] == "reply")
    assert "automatic" in reply["refused"]


def test_explain_asks_for_a_mailbox_only_when_there_are_several(desk: Desk) -> None:
    file = _write(desk, "10-question")
    settings = (desk.folder / "automailer.yaml").read_text(encoding="utf-8")
    start = settings.index("  ops:\n")
    block = settings[start : settings.index("\nsmtp:")].replace("  ops:\n", "  desk:\n", 1)
    block = block.replace("[rules/common.yaml, rules/ops.yaml]", "[rules/common.yaml]")
    desk.edit("automailer.yaml", "\nsmtp:\n", f"{block}\nsmtp:\n")
    asked = desk.run("explain", file)
    assert (asked.status, asked.out) == (2, "")
    assert "ops, desk" in asked.err
    assert "somebody writes to us" not in desk.run("explain", file, "--mailbox", "desk").out
    wrong = desk.run("explain", file, "--mailbox", "dest")
    assert wrong.status == 2
    assert "did you mean 'desk'" in wrong.err


def test_a_template_that_breaks_is_shown_and_the_next_file_goes_on(desk: Desk) -> None:
    desk.edit("templates/ack.txt.j2", "{{", "{{ 1 // 0 }}{{")
    done = desk.run("explain", _write(desk, "10-question"), _write(desk, "02-recovery"))
    assert done.status == 1
    assert "templates/ack.txt.j2:" in done.out
    assert "✓ recovery" in done.out


def test_a_condition_that_breaks_is_shown_and_the_next_file_goes_on(desk: Desk) -> None:
    desk.edit(
        "rules/ops.yaml", "when: {to: ops@example.com}", 'when: {if: "1 // message.attachments|length == 1"}'
    )
    done = desk.run("explain", "--json", _write(desk, "10-question"), _write(desk, "02-recovery"))
    assert done.status == 1
    broken, good = done.document["messages"]
    assert "rules/ops.yaml" in broken["error"]
    assert good["error"] is None


def test_explain_fetches_from_the_server_and_leaves_everything_as_it_was(desk: Desk) -> None:
    before = desk.files()
    uidl = desk.pop3.maildrop(USER).mails()[9].uid
    [message] = desk.run("explain", "ops", uidl, "--json").document["messages"]
    assert (message["subject"], message["uidl"]) == ("When is the next maintenance?", uidl)
    assert desk.files() == before
    assert not (desk.folder / "state").exists()
    assert not [command for command in desk.pop3.commands if command.upper().startswith("DELE")]


def test_explain_knows_what_was_answered_before(desk: Desk) -> None:
    assert desk.run("poll").status == 0
    uidl = desk.pop3.maildrop(USER).mails()[-2].uid
    before = desk.files()
    shown = desk.run("explain", "ops", uidl).out
    assert "refused: this sender was answered at" in shown
    assert desk.files() == before


def test_a_uidl_that_is_not_there_is_said(desk: Desk) -> None:
    done = desk.run("explain", "ops", "nothing-like-it")
    assert (done.status, done.out) == (1, "")
    assert "'nothing-like-it'" in done.err
    alone = desk.run("explain", "ops")
    assert alone.status == 2
    assert "Add its UIDL" in alone.err


def test_a_dry_run_tells_what_a_poll_then_does(desk: Desk) -> None:
    before = desk.files()
    dry = desk.run("poll", "--dry-run", "--json")
    assert dry.status == 0
    [box] = dry.document["mailboxes"]
    assert box.keys() >= {"name", "listed", "new", "processed", "failed", "deleted", "error", "messages"}
    assert dry.document["outbox"].keys() >= {"sent", "queued", "failed"}
    assert desk.files() == before
    assert not (desk.folder / "state").exists()
    assert len(desk.pop3.maildrop(USER).mails()) == 16

    done = desk.run("poll", "--json").document
    [polled] = done["mailboxes"]
    counts = ("listed", "new", "processed", "failed", "deleted")
    assert [box[name] for name in counts] == [polled[name] for name in counts]
    assert dry.document["outbox"]["queued"] == done["outbox"]["sent"]
    planned = {
        (message["uidl"], action["action"]): action["refused"]
        for message in box["messages"]
        for action in message["actions"]
    }
    for summary in desk.run("messages", "list", "--json").document:
        effects = desk.run("messages", "show", str(summary["id"]), "--json").document["effects"]
        for effect in effects:
            assert planned[summary["uidl"], effect["action"]] == (effect["refused"] or None)


def test_a_dry_run_after_a_poll_only_reads_the_database(desk: Desk) -> None:
    desk.run("poll")
    before = desk.files()
    shown = desk.run("poll", "--dry-run")
    assert shown.status == 0
    assert "0 new; a poll would end with 0 processed" in shown.out
    assert desk.files() == before


def test_a_dry_run_takes_back_whatever_it_asked_for(desk: Desk) -> None:
    desk.run("poll", "--dry-run")
    assert [command.upper() for command in desk.pop3.commands[-2:]] == ["RSET", "QUIT"]
    assert not [command for command in desk.pop3.commands if command.upper().startswith("DELE")]


def test_a_dry_run_of_servers_that_do_not_answer_may_pass(desk: Desk) -> None:
    desk.pop3.stop()
    dry = desk.run("poll", "--dry-run", "--json")
    assert dry.status == 75
    assert dry.document["mailboxes"][0]["error"]
    assert desk.run("poll", "--dry-run", "opps").status == 2


def test_a_dry_run_shows_the_mail_that_would_fail_beside_the_others(desk: Desk) -> None:
    desk.edit("templates/ack.txt.j2", "{{", "{{ 1 // 0 }}{{")
    dry = desk.run("poll", "--dry-run", "--json")
    assert dry.status == 1
    [box] = dry.document["mailboxes"]
    assert box["error"] is None
    assert box["failed"] == len(box["troubles"]) > 0
    assert box["processed"] + box["failed"] == len(box["messages"]) == 16
    told = desk.run("poll", "--dry-run")
    assert "templates/ack.txt.j2:" in told.err
    assert "→ reply — fails: " in told.out


def test_explain_says_what_comes_of_it_and_what_is_sent(desk: Desk) -> None:
    shown = desk.run("explain", _write(desk, "01-critical-alert")).out
    assert "  result   critical alert to on-call → set, tag, forward, delete\n" in shown
    assert "      match.host = 'db1', match.what = 'disk full'\n" in shown
    assert "  · not tried: recovery, invoice, " in shown
    assert "      │ CRITICAL: disk full on db1\n" in shown
    assert "  on the server: deleted once every mail of it is sent\n" in shown
    [alert] = desk.run("explain", "--json", "01-critical-alert.eml").document["messages"]
    [forward] = [action for action in alert["actions"] if action["action"] == "forward"]
    assert forward["mail"]["recipients"] == ["oncall@example.org"]
    assert "CRITICAL: disk full on db1" in forward["mail"]["text"]
    assert alert["untried"][0] == "recovery"


def test_a_long_line_of_what_is_sent_is_cut_and_wrapped_behind_its_guide(desk: Desk) -> None:
    mail = b"From: a@example.org\nTo: ops@example.com\nSubject: " + b"long " * 1000 + b"\n\nhello\n"
    desk.env |= {"FORCE_COLOR": "1", "COLUMNS": "80", "TERM": "xterm"}
    shown = re.sub(r"\x1b\[[0-9;]*m", "", desk.run("explain", "-", stdin=mail).out)
    [cut] = re.findall(r"… and ([\d,]+)(?:\s|│)+characters(?:\s|│)+more", shown)
    assert int(cut.replace(",", "")) > 4000
    assert shown.count("      │ long long") > 2


def test_the_files_that_would_be_written_and_what_keeps_a_message_are_told(desk: Desk) -> None:
    shown = desk.run("explain", _write(desk, "03-invoice")).out
    assert "on the server: stays: kept" in shown
    assert "/invoice-4711.pdf\n" in shown
    assert not (desk.folder / "invoices").exists()


def test_a_terminal_has_colour_and_the_test_that_decides_stands_out_unless_told_otherwise(desk: Desk) -> None:
    file = _write(desk, "10-question")
    coloured = {"FORCE_COLOR": "1", "COLUMNS": "100", "TERM": "xterm"}
    desk.env |= coloured
    lines = desk.run("explain", file).out.splitlines()
    [decides] = [line for line in lines if "rules/ops.yaml:12:7" in line]
    assert "\x1b[1;31mfrom: *@monitoring.example.com\x1b[0m" in decides
    plain = [re.sub(r"\x1b\[[0-9;]*m", "", line) for line in lines]
    assert max(map(len, plain)) <= 100
    assert any(len(line) == 100 and line.endswith("rules/ops.yaml:12:7") for line in plain)
    desk.env |= {"NO_COLOR": "1"}
    assert "\x1b[1;31m" not in desk.run("explain", file).out
