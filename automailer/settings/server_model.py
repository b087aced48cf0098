"""How to reach a server and log in: the settings that mailboxes and relays share."""

from __future__ import annotations

from datetime import timedelta
from enum import Enum
from pathlib import Path
from typing import Annotated, Self

from pydantic import AfterValidator, Field, PrivateAttr, ValidationInfo, field_validator

from automailer.settings.fields import FilePath, Flag, Frozen, Host, Port, Proxy, Text
from automailer.settings.secret import Secret
from automailer.settings.values import PositiveDuration, shorten

__all__ = ["OAuthFlow", "OAuthSettings", "ServerSettings", "Tls"]


class Tls(Enum):
    """When the connection is encrypted; STARTTLS is required once asked for."""

    IMPLICIT = "implicit"
    STARTTLS = "starttls"
    NONE = "none"


class OAuthFlow(Enum):
    """How a sign-in token is come by."""

    DEVICE = "device"
    CLIENT_CREDENTIALS = "client_credentials"
    REFRESH_TOKEN = "refresh_token"  # noqa: S105 - the name of a flow


class OAuthSettings(Frozen):
    """An OAuth sign-in in place of a password."""

    provider: Text
    client_id: Text | None = None
    tenant: Text | None = None
    flow: OAuthFlow = OAuthFlow.DEVICE
    client_secret: Secret | None = None
    refresh_token: Secret | None = None
    token: Secret | None = None
    """An access token that something else keeps fresh."""


def _fingerprint(text: str) -> str:
    digits = text.replace(":", "").lower()
    if len(digits) != 64 or not set(digits) <= set("0123456789abcdef"):
        msg = f"{shorten(text)} is no SHA-256 fingerprint: expected 64 hexadecimal digits, colons allowed"
        raise ValueError(msg)
    return digits


class ServerSettings(Frozen):
    """A server: its address, TLS, login, proxy and the time that each wait on it may take."""

    host: Host
    tls: Tls
    port: Port
    username: Text | None = None
    oauth: OAuthSettings | None = None
    password: Secret | None = Field(default=None, validate_default=True)
    tls_verify: Flag = True
    ca_file: FilePath | None = None
    fingerprint: Annotated[Text, AfterValidator(_fingerprint)] | None = None
    """SHA-256 of the server's certificate in DER, 64 lower-case digits."""
    client_cert: FilePath | None = None
    client_key: FilePath | None = None
    proxy: Proxy | None = Field(default=None, repr=False)
    timeout: PositiveDuration = timedelta(seconds=30)

    _name: str = PrivateAttr(default="")

    @property
    def name(self) -> str:
        """The key under which it stands in the settings."""
        return self._name

    def named(self, name: str) -> Self:
        """The same settings under this name."""
        copy = self.model_copy()
        copy._name = name
        return copy

    @field_validator("password")
    @classmethod
    def _belongs_to_username(cls, password: Secret | None, info: ValidationInfo) -> Secret | None:
        if "username" not in info.data or "oauth" not in info.data:
            return password
        if password is not None and info.data["username"] is None:
            msg = "is given without a username"
            raise ValueError(msg)
        if password is None and info.data["username"] is not None and info.data["oauth"] is None:
            msg = "is missing: a username is given"
            raise ValueError(msg)
        return password

    @field_validator("client_key")
    @classmethod
    def _belongs_to_certificate(cls, key: Path | None, info: ValidationInfo) -> Path | None:
        if key is not None and info.data.get("client_cert", key) is None:
            msg = "is given without a client_cert"
            raise ValueError(msg)
        return key
