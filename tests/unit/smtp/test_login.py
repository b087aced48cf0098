"""Which mechanism is taken of those that a server lists."""

from __future__ import annotations

import pytest

from automailer.errors import AuthError
from automailer.settings import Secret, SmtpAuth, SmtpSettings
from automailer.smtp.login import Credentials, choose, credentials


@pytest.mark.parametrize(
    ("wanted", "offers", "chosen"),
    [
        (SmtpAuth.AUTO, ("LOGIN", "PLAIN"), ("PLAIN", "LOGIN")),
        (SmtpAuth.AUTO, ("PLAIN", "SCRAM-SHA-256", "CRAM-MD5"), ("SCRAM-SHA-256", "CRAM-MD5", "PLAIN")),
        (SmtpAuth.LOGIN, ("LOGIN", "PLAIN"), ("LOGIN",)),
        (SmtpAuth.XOAUTH2, ("PLAIN", "XOAUTH2"), ("XOAUTH2",)),
    ],
)
def test_the_strongest_is_first(wanted: SmtpAuth, offers: tuple[str, ...], chosen: tuple[str, ...]) -> None:
    assert choose(wanted, offers) == chosen


@pytest.mark.parametrize(("wanted", "offers"), [(SmtpAuth.AUTO, ("XOAUTH2",)), (SmtpAuth.PLAIN, ())])
def test_no_common_mechanism_is_an_error(wanted: SmtpAuth, offers: tuple[str, ...]) -> None:
    with pytest.raises(AuthError, match="not possible"):
        choose(wanted, offers)


def _settings(**more: object) -> SmtpSettings:
    return SmtpSettings.model_validate({"host": "mx.example", "from": "a@mx.example", **more})


def test_a_relay_without_a_user_has_no_login() -> None:
    assert credentials(_settings()) is None


def test_a_token_means_xoauth2() -> None:
    found = credentials(
        _settings(username="ann", oauth={"provider": "google", "token": Secret.plain("t0ken")})
    )
    assert found == Credentials(username="ann", secret="t0ken", auth=SmtpAuth.XOAUTH2)
    assert "t0ken" not in repr(found)


def test_a_sign_in_that_has_no_token_yet_says_so() -> None:
    with pytest.raises(AuthError, match="no token"):
        credentials(_settings(username="ann", oauth={"provider": "google"}))
