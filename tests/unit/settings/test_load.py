"""The settings file: found, read with its defaults."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from pydantic import ValidationError

from automailer.errors import ConfigError
from automailer.settings import (
    Cron,
    FirstPoll,
    MailboxAuth,
    MailboxSettings,
    OnUnknown,
    Rate,
    Remove,
    SmtpSettings,
    Tls,
    UidsChanged,
    find_settings,
    load_settings,
    secret_problems,
)

Write = Callable[[str], Path]

MAILBOX = "host: pop.example.com, username: ops, password: {env: OPS}, poll: 60s, rules: []"
SMALL = f"mailboxes:\n  ops: {{{MAILBOX}}}\n"


@pytest.fixture
def write(tmp_path: Path) -> Write:
    """Writes a settings file that nobody else can read."""

    def writer(text: str) -> Path:
        file = tmp_path / "automailer.yaml"
        file.touch(mode=0o600)
        file.write_text(text, encoding="utf-8")
        return file

    return writer


def test_what_is_not_said_has_the_default_of_the_reference(write: Write, tmp_path: Path) -> None:
    settings = load_settings(write(SMALL))
    ops = settings.mailboxes["ops"]
    assert settings.state == tmp_path / "state"
    assert settings.templates == (tmp_path / "templates",)
    assert settings.folder == tmp_path
    assert settings.database_url() == f"sqlite:///{tmp_path}/state/automailer.db"
    assert (ops.name, ops.port, ops.tls, ops.auth) == ("ops", 995, Tls.IMPLICIT, MailboxAuth.AUTO)
    assert (ops.tls_verify, ops.enabled, ops.smtp) == (True, True, "default")
    assert ops.poll == timedelta(seconds=60)
    assert ops.timeout == timedelta(seconds=30)
    assert (ops.remove, ops.first_poll, ops.uids_changed) == (Remove.NEVER, FirstPoll.ALL, UidsChanged.HOLD)
    assert (ops.max_message_size, ops.keep_raw) == (100_000_000, timedelta())
    assert [format(pause) for pause in settings.outbox.retry][-1] == "4:00:00"
    assert (settings.outbox.expire, settings.outbox.on_unknown) == (timedelta(days=3), OnUnknown.SEND)
    assert (settings.autoreply.once_per, settings.autoreply.max_per_hour) == (timedelta(days=1), 200)
    assert (settings.operators, settings.web, settings.reports, settings.expect) == (None, None, {}, {})


def test_a_file_that_can_not_be_looked_for_may_be_there(write: Write) -> None:
    """Its folder may be closed to us; whoever goes to read it is told."""
    unheard_of = "n" * 300
    settings = load_settings(
        write(f"mailboxes: {{a: {{host: h, username: u, password: pw, poll: 1h, rules: {unheard_of}}}}}")
    )
    assert [rules.name for rules in settings.mailboxes["a"].rules] == [unheard_of]


def test_everything_in_the_reference_can_be_said(write: Write, tmp_path: Path) -> None:
    (tmp_path / "rules").mkdir()
    for name in ("rules/ops.yaml", "ca.pem", "client.pem", "key.pem", "oncall.txt", "people.csv"):
        (tmp_path / name).touch()
    (tmp_path / "mails").mkdir()
    settings = load_settings(write(FULL))
    ops, relay = settings.mailboxes["ops"], settings.smtp["default"]
    assert settings.zone == ZoneInfo("Europe/Berlin")
    assert settings.vars == {"desk": "+49 30 1234", "threshold": 5}
    assert settings.lists["vips"] == ("boss@example.com", "*@board.example.com")
    assert settings.database_url() == "postgresql+psycopg://localhost/mail"
    assert isinstance(ops.poll, Cron)
    assert ops.rules == (tmp_path / "rules/ops.yaml",)
    assert (ops.port, ops.remove, ops.first_poll) == (110, timedelta(days=14), timedelta(days=7))
    assert ops.ca_file == tmp_path / "ca.pem"
    assert ops.fingerprint == "ab" * 32
    assert ops.proxy == "socks5://user:pw@127.0.0.1:1080"
    assert (relay.port, relay.from_, relay.name) == (465, "Ops Desk <ops@example.com>", "default")
    assert relay.rate == Rate(30, timedelta(minutes=1))
    assert relay.charset == "iso-2022-jp"
    assert settings.operators is not None
    assert settings.operators.mail == ("admin@example.com",)
    assert settings.operators.after.for_ == timedelta(minutes=10)
    assert settings.web is not None
    assert set(settings.reports) == {"daily", "rows"}
    assert settings.expect["backup"].grace == timedelta(minutes=15)


FULL = """\
state: state/
database: postgresql+psycopg://localhost/mail
templates: [mails/]
timezone: Europe/Berlin
vars: {desk: "+49 30 1234", threshold: 5}
lists:
  vips: [boss@example.com, "*@board.example.com"]
  oncall: {file: oncall.txt}
mailboxes:
  ops:
    host: pop.example.com
    tls: starttls
    username: ops
    password: {credential: ops}
    poll: "*/5 8-18 * * mon-fri"
    jitter: 10s
    rules: rules/ops.yaml
    auth: scram-sha-256
    oauth: {provider: google, client_id: "1", flow: refresh_token, refresh_token: {env: T}}
    tls_verify: false
    ca_file: ca.pem
    fingerprint: "FINGERPRINT"
    client_cert: client.pem
    client_key: key.pem
    proxy: socks5://user:pw@127.0.0.1:1080
    timeout: 10s
    remove: 14d
    first_poll: 7d
    uids_changed: process
    max_message_size: 10MiB
    keep_raw: 2w
    enabled: false
smtp:
  default:
    host: smtp.example.com
    tls: implicit
    from: "Ops Desk <ops@example.com>"
    envelope_from: bounces@example.com
    connections: 4
    rate: 30/min
    max_recipients: 50
    charset: iso-2022-jp
outbox: {retry: [1m, 1h], expire: 1d, on_unknown: hold}
autoreply: {once_per: 2d, max_per_hour: 10, addresses: [me@example.com]}
operators: {mail: admin@example.com, after: {failures: 3, for: 10m}, notify: [{env: SLACK}]}
web: {listen: "127.0.0.1:8025", token: {env: TOKEN}}
log: {level: debug, format: json}
reports:
  daily:
    schedule: 0 8 * * mon-fri
    to: {list: vips}
    template: daily
    attach: ["out/{{ now }}.pdf"]
    data: {sql: {database: {env: SALES}, query: select 1}}
    when: new_files
    missing: skip
  rows: {schedule: 1d, to: {csv: people.csv}, template: x, data: {command: [date]}}
expect:
  backup: {mailbox: ops, when: {from: "backup@*"}, by: "07:00 mon-sun", grace: 15m}
""".replace("FINGERPRINT", ":".join(["AB"] * 32))


@pytest.mark.parametrize(
    ("kind", "tls", "port"),
    [
        ("mailbox", "implicit", 995),
        ("mailbox", "starttls", 110),
        ("mailbox", "none", 110),
        ("smtp", "implicit", 465),
        ("smtp", "starttls", 587),
        ("smtp", "none", 25),
    ],
)
def test_the_port_follows_from_how_the_connection_is_encrypted(kind: str, tls: str, port: int) -> None:
    common = {"host": "h", "tls": tls}
    server = (
        MailboxSettings.model_validate(
            {**common, "username": "a", "password": "b", "poll": "60s", "rules": []}
        )
        if kind == "mailbox"
        else SmtpSettings.model_validate({**common, "from": "a@example.com"})
    )
    assert server.port == port


@pytest.mark.parametrize(
    "charset", ["utf-8", "GB2312", "gbk", "gb18030", "big5", "shift_jis", "latin1", "us-ascii"]
)
def test_a_charset_that_mail_can_be_written_in_keeps_its_name(charset: str) -> None:
    relay = SmtpSettings.model_validate({"host": "h", "from": "a@example.com", "charset": charset})
    assert relay.charset == charset.lower()


@pytest.mark.parametrize("charset", ["utf-16", "utf-32-le", "cp037", "rot13", "base64", "klingon", ""])
def test_a_charset_that_mail_can_not_be_written_in_is_refused(charset: str) -> None:
    with pytest.raises(ValidationError, match="is no charset for mail"):
        SmtpSettings.model_validate({"host": "h", "from": "a@example.com", "charset": charset})


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("host", "h\r\nQUIT"),
        ("host", "a b"),
        ("host", ""),
        ("username", "ops\r\nDELE 1"),
        ("username", "a\u0085b"),
        ("ca_file", "a\x00b"),
        ("ca_file", "~no-such-user-here/ca.pem"),
        ("proxy", "http://127.0.0.1:1"),
        ("proxy", "socks5://127.0.0.1"),
        ("proxy", "socks5://127.0.0.1:99999"),
        ("password", {"file": "~no-such-user-here/pw"}),
        ("from", "Ops\r\nBcc: x <ops@example.com>"),
        ("from", "Ops <ops>"),
    ],
)
def test_what_could_break_a_protocol_line_or_a_path_is_refused(key: str, value: object) -> None:
    server = {"host": "h", "from": "a@example.com", "username": "u", "password": "p"}
    SmtpSettings.model_validate(server)
    with pytest.raises(ValidationError):
        SmtpSettings.model_validate({**server, key: value})


@pytest.mark.parametrize(
    "name", ["", ".", "..", "a/b", "a\\b", ".hidden", "-x", "a b", "a\nb", "x" * 65, "a:b"]
)
def test_a_mailbox_s_name_is_safe_in_a_path_and_on_a_command_line(write: Write, name: str) -> None:
    text = f"mailboxes:\n  {json.dumps(name)}: {{{MAILBOX}}}\n"
    with pytest.raises(ConfigError):
        load_settings(write(text))


@pytest.mark.parametrize("name", ["ops", "ops@example.com", "Büro-2", "a.b_c+d"])
def test_a_mailbox_may_be_called_as_people_call_it(write: Write, name: str) -> None:
    text = f"mailboxes:\n  {json.dumps(name)}: {{{MAILBOX}}}\n"
    assert load_settings(write(text)).mailboxes[name].name == name


def test_settings_never_change(write: Write) -> None:
    settings = load_settings(write(SMALL))
    with pytest.raises(ValidationError):
        settings.state = Path()  # type: ignore[misc]  # that it can't be set is what is tried
    with pytest.raises(ValidationError):
        settings.mailboxes["ops"].port = 1  # type: ignore[misc]  # as above


def test_settings_that_are_written_alike_are_equal(write: Write) -> None:
    file = write(SMALL)
    assert load_settings(file) == load_settings(file)


def test_no_dump_of_the_settings_shows_a_secret(write: Write) -> None:
    text = SMALL.replace("{env: OPS}", "hunter2, proxy: socks5://me:hunter2@localhost:1080")
    settings = load_settings(write(f"{text}database: postgresql://me:hunter2@localhost/mail\n"))
    assert settings.mailboxes["ops"].proxy == "socks5://me:hunter2@localhost:1080"
    shown = [repr(settings), str(settings), repr(settings.model_dump()), settings.model_dump_json()]
    assert not [text for text in shown if "hunter2" in text]


def test_what_is_written_in_the_file_is_read_by_its_name_there_alone(write: Write) -> None:
    with pytest.raises(
        ConfigError, match=r"smtp\.default\.from_: is not known here \(did you mean 'from'\?\)"
    ):
        load_settings(write(f"{SMALL}smtp:\n  default: {{host: h, from_: a@example.com}}\n"))


def test_mailboxes_may_share_settings_by_an_anchor(write: Write) -> None:
    text = f"mailboxes:\n  ops: &ops {{{MAILBOX}}}\n  sales: {{<<: *ops, username: sales}}\n"
    settings = load_settings(write(text))
    assert settings.mailboxes["sales"].username == "sales"
    assert settings.mailboxes["sales"].host == settings.mailboxes["ops"].host


def test_the_settings_file_is_looked_for_where_the_reference_says(tmp_path: Path) -> None:
    here, home = tmp_path / "here", tmp_path / "home"
    (home / ".config/automailer").mkdir(parents=True)
    here.mkdir()
    (home / ".config/automailer/automailer.yaml").touch()
    assert find_settings(None, {}, here, home) == home / ".config/automailer/automailer.yaml"
    (here / "automailer.yaml").touch()
    assert find_settings(None, {}, here, home) == here / "automailer.yaml"
    assert find_settings(None, {"AUTOMAILER_CONFIG": "/x.yaml"}, here, home) == Path("/x.yaml")
    assert find_settings(Path("a.yaml"), {"AUTOMAILER_CONFIG": "/x.yaml"}, here, home) == Path("a.yaml")


def test_without_settings_it_says_how_to_come_by_them(tmp_path: Path) -> None:
    if Path("/etc/automailer/automailer.yaml").exists():
        pytest.skip("this machine has settings of its own")
    with pytest.raises(ConfigError, match="`automailer init` writes a commented file"):
        find_settings(None, {}, tmp_path, tmp_path)


def test_secrets_that_can_not_be_had_are_told_at_their_place(write: Write) -> None:
    settings = load_settings(write(SMALL))
    [problem] = secret_problems(settings, {})
    assert str(problem).startswith(
        f"{write(SMALL)}:2:47: mailboxes.ops.password: the environment variable OPS"
    )
    assert secret_problems(settings, {"OPS": "x"}) == []


def test_a_command_that_fails_is_told_once_at_its_place(write: Write) -> None:
    settings = load_settings(write(SMALL.replace("{env: OPS}", "{command: [sh, -c, exit 3]}")))
    [problem] = secret_problems(settings, {})
    assert problem.message == "the command sh ended with status 3"


def test_without_a_time_zone_the_machine_s_is_taken(write: Write, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TZ", "UTC")
    assert load_settings(write(SMALL)).zone.utcoffset(None) in (None, UTC.utcoffset(None))
