"""Secrets are fetched from where they are kept, and never shown."""

from __future__ import annotations

import sys
import traceback
from pathlib import Path
from typing import Any

import pytest
from pydantic import BaseModel, ConfigDict

from automailer.errors import ConfigError, TemporaryError
from automailer.settings import Secret, find_secrets, parse_document, validate
from automailer.settings import vault as vault_module

VALUE = "hunter2-correct-horse"


class Login(BaseModel):
    """A model as any part may have one, without the care that ours take."""

    model_config = ConfigDict(extra="forbid")

    password: Secret
    port: int = 1


def read(written: str, folder: Path = Path()) -> Secret:
    document = parse_document(f"login:\n  password: {written}\n", "a.yaml")
    return validate(Login, document, at=("login",), folder=folder).password


def test_a_plain_secret_is_what_is_written() -> None:
    assert read(VALUE).reveal() == VALUE
    assert read("12345").reveal() == "12345"
    assert read("no").reveal() == "no"


def test_a_secret_is_taken_from_the_environment() -> None:
    assert read("{env: PASSWORD}").reveal({"PASSWORD": VALUE}) == VALUE


@pytest.mark.parametrize("ending", ["", "\n", "\r\n"])
def test_a_secret_is_read_from_a_file_in_the_folder_of_the_settings(tmp_path: Path, ending: str) -> None:
    (tmp_path / "secret").write_bytes((VALUE + ending).encode())
    assert read("{file: secret}", tmp_path).reveal() == VALUE


def test_spaces_at_the_end_of_a_file_belong_to_the_secret(tmp_path: Path) -> None:
    (tmp_path / "secret").write_text(f"{VALUE} \n")
    assert read("{file: secret}", tmp_path).reveal() == f"{VALUE} "


def test_a_credential_is_read_where_systemd_puts_it(tmp_path: Path) -> None:
    (tmp_path / "ops").write_text(VALUE)
    assert read("{credential: ops}").reveal({"CREDENTIALS_DIRECTORY": str(tmp_path)}) == VALUE


def test_a_command_prints_the_secret_and_no_shell_is_between(tmp_path: Path) -> None:
    program = tmp_path / "print secret.py"
    program.write_text("import sys; print(sys.argv[1])")
    words = f"[{sys.executable!r}, 'print secret.py', '$HOME; {VALUE}']"
    assert read(f"{{command: {words}}}", tmp_path).reveal() == f"$HOME; {VALUE}"


def test_the_keyring_is_named_when_it_is_not_installed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "keyring", None)
    with pytest.raises(ConfigError, match=r"pip install 'automailer\[keyring\]'"):
        read("{keyring: automailer}").reveal()


@pytest.mark.parametrize(
    ("written", "message"),
    [
        ("{env: NOT_SET}", "the environment variable NOT_SET is not set"),
        ("{env: EMPTY}", "found nothing in env EMPTY"),
        ("{env: LINES}", "found more than one line in env LINES"),
        ("{file: none}", "can't be read: No such file"),
        ("{file: binary}", "is not UTF-8"),
        ("{file: huge}", "is longer than 65536 octets"),
        ("{credential: ops}", "$CREDENTIALS_DIRECTORY is not set"),
        ("{command: [automailer-no-such-program]}", "can't be run: No such file"),
    ],
)
def test_a_secret_that_is_not_there_is_a_fault_of_the_settings_at_its_place(
    tmp_path: Path, written: str, message: str
) -> None:
    (tmp_path / "binary").write_bytes(b"\xff" + VALUE.encode())
    (tmp_path / "huge").write_text(VALUE * 5000)
    with pytest.raises(ConfigError) as caught:
        read(written, tmp_path).reveal({"EMPTY": "", "LINES": f"{VALUE}\nuser: ops"})
    assert str(caught.value).startswith("a.yaml:2:3: login.password: ")
    assert message in str(caught.value)
    assert VALUE not in "".join(traceback.format_exception(caught.value))


def test_a_command_that_fails_may_succeed_later() -> None:
    words = f"[{sys.executable!r}, '-c', 'import sys; print({VALUE!r}); sys.exit(3)']".replace(
        f"{VALUE!r}", f'"{VALUE}"'
    )
    with pytest.raises(TemporaryError) as caught:
        read(f"{{command: {words}}}").reveal()
    assert str(caught.value).startswith("a.yaml:2:3: login.password: the command ")
    assert str(caught.value).endswith("ended with status 3")
    assert VALUE not in "".join(traceback.format_exception(caught.value))


def test_a_command_that_waits_for_ever_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(vault_module, "COMMAND_TIMEOUT_SECONDS", 0.2)
    words = f"[{sys.executable!r}, '-c', 'import time; time.sleep(60)', {VALUE}]"
    with pytest.raises(TemporaryError, match=r"took more than 0\.2 s") as caught:
        read(f"{{command: {words}}}").reveal()
    assert VALUE not in "".join(traceback.format_exception(caught.value))


@pytest.mark.parametrize(
    "written",
    [
        "[a, b]",
        "{}",
        "{env: A, file: b}",
        "{envy: A}",
        "{env: }",
        "{env: [A]}",
        "{command: pass show ops}",
        "{command: []}",
        "{command: [a, [b]]}",
        "{command: ['']}",
        "{credential: ../shadow}",
        "{credential: ..}",
        '{file: "a\\nb"}',
        '""',
        '"two\\nlines"',
        "1.5",
        "true",
        "null",
    ],
)
def test_what_is_no_secret_is_refused_at_its_place(written: str) -> None:
    with pytest.raises(ConfigError, match=r"a\.yaml:2:\d+: login\.password: expected "):
        read(written)


def test_no_form_of_a_secret_shows_its_value() -> None:
    secret = read(VALUE)
    login = Login(password=secret)
    shown: list[Any] = [secret, f"{secret}", login, login.model_dump(), login.model_dump_json(), [secret]]
    assert VALUE not in "".join(map(repr, shown))
    assert VALUE not in "".join(map(str, shown))
    assert VALUE not in repr(parse_document(f"password: {VALUE}", "a.yaml"))


def test_where_a_secret_is_kept_may_be_shown_but_not_what_a_command_is_given() -> None:
    assert repr(read("{env: OPS}")) == "Secret(env OPS)"
    assert repr(read(f"{{command: [show, {VALUE}]}}")) == "Secret(command show)"


@pytest.mark.parametrize(
    "text",
    [
        f"password: {VALUE}\nprot: 1\n",
        f"{{password: {VALUE}, port: x}}\n",
        f"{{port: x, password: {VALUE}}}\n",
        f"pasword: {VALUE}\n",
        f"password: [{VALUE}]\n",
        f"password: {{{VALUE}}}\n",
        f"password:\n  - {VALUE}\n",
        f"password: {VALUE}\npassword: {VALUE}\n",
        f'password: "{VALUE}\n',
        f"password: {VALUE}: {VALUE}\n",
        f"password: *{VALUE}\n",
        f"password: !{VALUE}\n",
        f"password: @{VALUE}\n",
        f"password: {VALUE} \x07\n",
        f"{{port: 1, password: {VALUE}, x: !y 5}}\n",
        f'password: "{VALUE}\\n"\n',
    ],
)
def test_no_error_about_the_file_shows_a_secret_in_it(text: str) -> None:
    with pytest.raises(ConfigError) as caught:
        validate(Login, parse_document(text, "a.yaml"))
    assert VALUE not in str(caught.value)
    assert VALUE not in repr(caught.value.problems)
    assert VALUE not in "".join(traceback.format_exception(caught.value))


def test_two_secrets_are_equal_when_they_are_written_alike() -> None:
    assert read("{env: A}") == read("{env: A}")
    assert read("{env: A}") != read("{env: B}")
    assert read("A") != read("{env: A}")
    assert len({read("{env: A}"), read("{env: A}")}) == 1


def test_every_secret_in_a_value_is_found_with_its_path() -> None:
    one, two = Secret.plain("1"), Secret.plain("2")
    value = {"a": [Login(password=one)], "b": two, "c": "text"}
    assert list(find_secrets(value)) == [(("a", 0, "password"), one), (("b",), two)]
