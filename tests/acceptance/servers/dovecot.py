"""A private Dovecot: POP3 with STLS, POP3 over TLS, and the logins that Automailer knows."""

from __future__ import annotations

import os
import pwd
import shutil
import signal
import subprocess
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType

from tests.acceptance.servers.machine import free_ports, program, wait_for_end, wait_for_port

_CONFIGURATION = """
protocols = pop3
listen = 127.0.0.1
base_dir = {folder}/run
state_dir = {folder}/run
instance_name = automailer-{port}
log_path = {folder}/dovecot.log
auth_verbose = yes
default_internal_user = dovecot
default_login_user = dovenull
ssl = yes
ssl_cert = <{certificate}
ssl_key = <{certificate}
disable_plaintext_auth = no
auth_mechanisms = plain login cram-md5 apop scram-sha-256
auth_failure_delay = 0
mail_location = maildir:{folder}/mail/%u/Maildir
mail_uid = {uid}
mail_gid = {gid}
first_valid_uid = 1
mail_fsync = never
pop3_uidl_format = %08Xu%08Xv
passdb {{
  driver = passwd-file
  args = scheme=PLAIN username_format=%u {folder}/accounts/%u
}}
userdb {{
  driver = static
  args = uid={uid} gid={gid} home={folder}/mail/%u
}}
service pop3-login {{
  inet_listener pop3 {{
    address = 127.0.0.1
    port = {port}
  }}
  inet_listener pop3s {{
    address = 127.0.0.1
    port = {tls_port}
    ssl = yes
  }}
  chroot =
}}
service anvil {{
  chroot =
}}
service auth {{
  unix_listener {folder}/run/sasl {{
    mode = 0666
  }}
}}
{extra}
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class DovecotUser:
    """One account; `deliver` puts mail into its mailbox, `mails` reads what lies there."""

    name: str
    password: str
    maildir: Path
    owner: tuple[int, int]
    _count: list[int] = field(default_factory=lambda: [0], repr=False)

    def deliver(self, octets: bytes) -> None:
        """Add a mail behind those that are there, as a mail server would: complete at once."""
        self._count[0] += 1
        with_crlf = len(octets) + octets.count(b"\n") - octets.count(b"\r\n")
        name = f"1700000000.M{self._count[0]:06}P1.localhost,S={len(octets)},W={with_crlf}"
        waiting = self.maildir / "tmp" / name
        waiting.write_bytes(octets)
        os.chown(waiting, *self.owner)
        waiting.rename(self.maildir / "new" / name)

    def mails(self) -> list[bytes]:
        """The mails on the server, oldest first."""
        files = [file for part in ("new", "cur") for file in (self.maildir / part).iterdir()]
        return [file.read_bytes() for file in sorted(files, key=lambda file: file.name)]


class Dovecot:
    """The server, for `with`; `extra` is appended to its configuration."""

    host = "localhost"

    def __init__(self, folder: Path, certificate: Path, *, extra: str = "") -> None:
        self.certificate = certificate
        self.port, self.tls_port = free_ports(2)
        self.sasl_socket = folder / "run" / "sasl"
        self._folder = folder
        self._extra = extra
        account = pwd.getpwnam("mail")
        self._owner = (account.pw_uid, account.pw_gid)
        self._users = 0

    def add_user(self, name: str = "", password: str = "secret") -> DovecotUser:
        """A new account with an empty mailbox, named at will or uniquely."""
        self._users += 1
        name = name or f"user{self._users}"
        home = self._folder / "mail" / name
        maildir = home / "Maildir"
        for part in ("tmp", "new", "cur"):
            (maildir / part).mkdir(parents=True)
        for path in (home, *home.rglob("*")):
            os.chown(path, *self._owner)
        # A file for each: Dovecot looks only once a second whether one that it has read is still the same.
        (self._folder / "accounts" / name).write_text(f"{name}:{{PLAIN}}{password}::::::\n", "utf-8")
        return DovecotUser(name=name, password=password, maildir=maildir, owner=self._owner)

    def log(self) -> str:
        """What the server wrote about itself."""
        path = self._folder / "dovecot.log"
        return path.read_text("utf-8", "replace") if path.exists() else ""

    def start(self) -> None:
        """Start it and wait until it answers."""
        for part in ("mail", "accounts"):
            (self._folder / part).mkdir(parents=True, exist_ok=True)
        os.chown(self._folder / "mail", *self._owner)
        uid, gid = self._owner
        configuration = self._folder / "dovecot.conf"
        configuration.write_text(
            _CONFIGURATION.format(
                folder=self._folder,
                certificate=self.certificate,
                port=self.port,
                tls_port=self.tls_port,
                uid=uid,
                gid=gid,
                extra=self._extra,
            )
        )
        command = [program("dovecot") or "dovecot", "-c", str(configuration)]
        with (self._folder / "start.log").open("wb") as log:
            subprocess.run(command, check=True, stdin=subprocess.DEVNULL, stdout=log, stderr=log)
        wait_for_port(self.port, self.log)

    def stop(self) -> None:
        """End it, by its own process id, and wait."""
        path = self._folder / "run" / "master.pid"
        if not path.exists():
            return
        pid = int(path.read_text())
        os.kill(pid, signal.SIGTERM)
        wait_for_end(pid)
        shutil.rmtree(self._folder / "run", ignore_errors=True)

    def __enter__(self) -> Dovecot:
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, value: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()
