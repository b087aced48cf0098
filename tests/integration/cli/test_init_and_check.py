"""`init`, `check`, `schema`: something to start from, and all that is wrong with it."""

from __future__ import annotations

import json
import re
from pathlib import Path

import yaml

from tests.integration.cli.desk import Desk, run

_PLACE = re.compile(r"^\S+:\d+:\d+: ", re.MULTILINE)


def test_what_init_writes_passes_check(tmp_path: Path) -> None:
    assert run("init", cwd=tmp_path).status == 0
    checked = run("check", "--json", cwd=tmp_path)
    assert checked.status == 0
    assert checked.document["errors"] == []
    said = [(one["path"], one["message"]) for one in checked.document["warnings"]]
    assert said == [
        ("mailboxes.ops.password", "the environment variable OPS_PASSWORD is not set"),
        ("smtp.default.password", "the environment variable SMTP_PASSWORD is not set"),
    ]


def test_the_schemas_that_the_files_name_are_there(tmp_path: Path) -> None:
    run("init", "here", cwd=tmp_path)
    for path in (tmp_path / "here").rglob("*.yaml"):
        first = path.read_text(encoding="utf-8").partition("\n")[0]
        named = re.fullmatch(r"# yaml-language-server: \$schema=(\S+)", first)
        assert named, path
        assert json.loads((path.parent / named[1]).read_text(encoding="utf-8"))["$schema"]


def test_what_init_writes_is_yaml_to_other_parsers_too(tmp_path: Path) -> None:
    run("init", "here", cwd=tmp_path)
    for path in (tmp_path / "here").rglob("*.yaml"):
        assert yaml.load(path.read_text(encoding="utf-8"), Loader=yaml.SafeLoader), path  # libyaml is laxer


def test_init_in_another_folder_tells_how_to_go_on(tmp_path: Path) -> None:
    done = run("init", "my/mail", cwd=tmp_path)
    assert done.status == 0
    assert "automailer -c my/mail/automailer.yaml check" in done.out


def test_init_leaves_a_folder_alone_that_has_settings(tmp_path: Path) -> None:
    (tmp_path / "automailer.yaml").write_text("mine")
    done = run("init", cwd=tmp_path)
    assert (done.status, done.out) == (1, "")
    assert done.err == "automailer.yaml: is there already, and nothing was written\n"
    assert [path.name for path in tmp_path.iterdir()] == ["automailer.yaml"]


def test_init_keeps_every_file_that_is_there(tmp_path: Path) -> None:
    (tmp_path / "rules").mkdir()
    mine = tmp_path / "rules" / "ops.yaml"
    mine.write_text("rules: []\n")
    done = run("init", cwd=tmp_path)
    assert done.status == 0
    assert "kept   rules/ops.yaml" in done.out
    assert mine.read_text() == "rules: []\n"


def test_init_names_a_file_that_stands_in_its_way(tmp_path: Path) -> None:
    (tmp_path / "rules").write_text("no folder")
    done = run("init", cwd=tmp_path)
    assert done.status == 1
    assert done.err.startswith("rules: can't be written")


def test_check_tells_every_error_of_settings_and_rules_at_once(desk: Desk) -> None:
    desk.edit("automailer.yaml", "poll: 60s", "pol: 60s")
    desk.edit("automailer.yaml", "templates: templates/", "tmplates: templates/")
    desk.edit("rules/common.yaml", "kind: bounce}", "kind: bounced}")
    desk.edit("rules/ops.yaml", "from: reports@example.com", "form: reports@example.com")
    checked = desk.run("check")
    assert (checked.status, checked.err) == (78, "")
    assert "mailboxes.ops.pol: is not known here (did you mean 'poll'?)" in checked.out
    assert (
        "rules/ops.yaml:70:7: rules[5].when.form: unknown test 'form' (did you mean 'from'?)" in checked.out
    )
    assert "'bounced'" in checked.out
    assert "          form: reports@example.com\n          ^" in checked.out
    assert "automailer.yaml:14:1: tmplates: is not known here (did you mean 'templates'?)" in checked.out
    assert len(_PLACE.findall(checked.out)) >= 5
    assert _PLACE.findall(desk.run("poll").err) == _PLACE.findall(checked.out)


def test_check_finds_what_is_wrong_in_a_template(desk: Desk) -> None:
    desk.edit("templates/ack.txt.j2", "message.", "massage.")
    checked = desk.run("check", "--json")
    assert checked.status == 78
    [error, *_] = checked.document["errors"]
    assert error.keys() == {"file", "line", "column", "path", "message", "hint"}
    assert error["file"] == "templates/ack.txt.j2"
    assert error["hint"] == "message"


def test_a_warning_keeps_nothing_from_starting_and_hints_at_the_name_that_is_meant(desk: Desk) -> None:
    desk.edit("rules/ops.yaml", "{{ match.host }}: {{ match.what }}", "{{ match.hst }}: {{ match.what }}")
    checked = desk.run("check", "--json")
    assert (checked.status, checked.document["errors"]) == (0, [])
    [warning] = checked.document["warnings"]
    assert warning["file"] == "rules/ops.yaml"
    assert warning["path"].endswith("].forward.subject")
    assert warning["message"].startswith("no pattern of rule 'critical alert to on-call' (rules/ops.yaml:")
    assert warning["hint"] == "match.host"
    assert ": warning: rules[" in desk.run("check").out


def test_what_is_wrong_elsewhere_hides_no_warning_of_the_settings(desk: Desk) -> None:
    desk.edit("rules/common.yaml", "kind: bounce}", "kind: bounced}")
    desk.edit(
        "automailer.yaml",
        "mailboxes:",
        "web: {listen: '127.0.0.1:1'}\nmailboxes:",
    )
    checked = desk.run("check", "--json")
    assert checked.status == 78
    assert {error["file"] for error in checked.document["errors"]} == {"rules/common.yaml"}
    assert [warning["path"] for warning in checked.document["warnings"]] == ["web"]


def test_check_makes_nothing(desk: Desk) -> None:
    before = desk.files()
    assert desk.run("check", "--connect").status == 0
    assert desk.files() == before
    assert not (desk.folder / "state").exists()


def test_check_connect_reports_every_server(desk: Desk) -> None:
    checked = desk.run("check", "--connect", "--json")
    assert checked.status == 0
    found = {(one["kind"], one["name"]): one for one in checked.document["connections"]}
    assert found["mailbox", "ops"]["error"] is None
    assert found["mailbox", "ops"]["detail"].endswith("16 messages")
    assert found["smtp", "default"]["error"] is None


def test_check_connect_tells_of_the_one_that_does_not_answer(desk: Desk) -> None:
    desk.pop3.stop()
    checked = desk.run("check", "--connect")
    assert checked.status == 1
    assert re.search(r"^mailbox ops \(127.0.0.1:\d+\): failed: ", checked.out, re.MULTILINE)
    assert re.search(r"^smtp default \(127.0.0.1:\d+\): answers, no login$", checked.out, re.MULTILINE)


def test_a_secret_that_can_not_be_had_is_an_error_once_it_is_needed(desk: Desk) -> None:
    desk.env.clear()
    assert desk.run("check").status == 0
    checked = desk.run("check", "--connect", "--json")
    assert checked.status == 78
    assert [error["path"] for error in checked.document["errors"]] == ["mailboxes.ops.password"]


def test_a_secret_that_the_only_mailbox_needs_and_lacks_is_wrong_settings(desk: Desk) -> None:
    desk.env.clear()
    polled = desk.run("poll")
    assert polled.status == 78
    assert "mailboxes.ops.password: the environment variable OPS_PASSWORD is not set" in polled.out


def test_a_secret_in_a_file_that_is_not_there_is_an_error(desk: Desk) -> None:
    desk.edit("automailer.yaml", "    password: {env: OPS_PASSWORD}", "    password: {file: secrets/ops}")
    checked = desk.run("check", "--json")
    assert checked.status == 78
    assert [error["path"] for error in checked.document["errors"]] == ["mailboxes.ops.password.file"]
    polled = desk.run("poll")
    assert (polled.status, polled.out) == (78, "")
    assert "mailboxes.ops.password.file: there is no file " in polled.err


def test_no_settings_file_is_said_in_one_line(tmp_path: Path) -> None:
    for words in (["poll"], ["messages", "list"], ["explain", "-"]):
        done = run(*words, cwd=tmp_path)
        assert (done.status, done.out) == (78, "")
        assert "`automailer init` writes" in done.err.splitlines()[0]
    checked = run("check", "--json", cwd=tmp_path)
    assert checked.status == 78
    assert len(checked.document["errors"]) == 1


def test_the_settings_are_named_before_and_after_the_command(tmp_path: Path, desk: Desk) -> None:
    file = str(desk.folder / "automailer.yaml")
    for words in (
        ["-c", file, "check"],
        ["check", "--config", file],
        ["-c", file, "mailbox", "list"],
        ["mailbox", "-c", file, "list"],
        ["mailbox", "list", "-c", file],
    ):
        assert run(*words, cwd=tmp_path, env=desk.env).status == 0, words


def test_the_environment_names_the_settings(tmp_path: Path, desk: Desk) -> None:
    env = {**desk.env, "AUTOMAILER_CONFIG": str(desk.folder / "automailer.yaml")}
    assert run("check", cwd=tmp_path, env=env).status == 0


def test_schemas_are_printed(tmp_path: Path) -> None:
    assert "mailboxes" in run("schema", "settings", cwd=tmp_path).document["properties"]
    assert "rules" in run("schema", "rules", cwd=tmp_path).document["properties"]
    wrong = run("schema", "rule", cwd=tmp_path)
    assert wrong.status == 2
    assert "did you mean 'rules'" in wrong.err
