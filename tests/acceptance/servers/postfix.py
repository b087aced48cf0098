"""A private Postfix: submission with STARTTLS and AUTH, the same over TLS, a plain port; a dead end."""

from __future__ import annotations

import os
import pwd
import shutil
import signal
import subprocess
import time
from dataclasses import dataclass
from email import message_from_bytes
from pathlib import Path
from types import TracebackType

from tests.acceptance.servers.machine import free_ports, program, wait_for_end, wait_for_port

_SYSTEM_CONFIGURATION = Path("/etc/postfix")
_MAIN = """
compatibility_level = 3.6
queue_directory = {folder}/queue
data_directory = {folder}/data
daemon_directory = /usr/lib/postfix/sbin
command_directory = /usr/sbin
mail_owner = postfix
setgid_group = postdrop
myhostname = mx.example.org
mydestination =
inet_interfaces = 127.0.0.1
inet_protocols = ipv4
mynetworks = 127.0.0.0/8
maillog_file = {folder}/mail.log
maillog_file_prefixes = {folder}
virtual_mailbox_domains = example.com, example.net, example.org
virtual_mailbox_base = {folder}/maildir
virtual_mailbox_maps = static:all/
virtual_minimum_uid = 1
virtual_uid_maps = static:{uid}
virtual_gid_maps = static:{gid}
virtual_mailbox_limit = 0
mailbox_size_limit = 0
message_size_limit = {size_limit}
smtpd_sasl_type = dovecot
smtpd_sasl_path = {sasl_socket}
smtpd_sasl_auth_enable = yes
smtpd_tls_auth_only = yes
smtpd_relay_restrictions = permit_sasl_authenticated, reject
smtpd_recipient_restrictions = check_recipient_access regexp:{folder}/conf/recipients
header_checks = regexp:{folder}/conf/headers
smtpd_tls_security_level = encrypt
smtpd_tls_cert_file = {certificate}
smtpd_tls_key_file = {certificate}
smtpd_client_connection_count_limit = 0
smtpd_error_sleep_time = 0
bounce_queue_lifetime = 0
default_transport = error:nothing leaves the test server
relay_transport = error:nothing leaves the test server
"""
_MASTER = """
127.0.0.1:{port} inet n - n - - smtpd
127.0.0.1:{tls_port} inet n - n - - smtpd
    -o smtpd_tls_wrappermode=yes
127.0.0.1:{plain_port} inet n - n - - smtpd
    -o smtpd_tls_security_level=none
    -o smtpd_sasl_auth_enable=no
    -o smtpd_relay_restrictions=permit_mynetworks,reject
pickup unix n - n 60 1 pickup
cleanup unix n - n - 0 cleanup
qmgr unix n - n 300 1 qmgr
tlsmgr unix - - n 1000? 1 tlsmgr
rewrite unix - - n - - trivial-rewrite
bounce unix - - n - 0 bounce
defer unix - - n - 0 bounce
trace unix - - n - 0 bounce
proxymap unix - - n - - proxymap
error unix - - n - - error
retry unix - - n - - error
virtual unix - n n - - virtual
anvil unix - - n - 1 anvil
postlog unix-dgram n - n - 1 postlogd
"""
_RECIPIENTS = """
/^temp@/ 450 4.2.1 mailbox busy, try again later
/^perm@/ 550 5.1.1 no such user here
/^full@/ 452 4.2.2 over quota
"""
_HEADERS = """
/^Subject:.*REJECTME/ REJECT content refused
/^Subject:.*DEFERME/ REJECT 4.7.1 try later
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class DeliveredMail:
    """One mail for one recipient, with what Postfix put above it."""

    sender: str
    recipient: str
    octets: bytes


class Postfix:
    """The server, for `with`; its users are those of a Dovecot; `start` again keeps the ports.

    Recipients temp@ and full@ are deferred, perm@ is refused; after DATA a subject with DEFERME or REJECTME.
    """

    host = "localhost"

    def __init__(
        self, folder: Path, certificate: Path, sasl_socket: Path, *, size_limit: int = 50_000_000
    ) -> None:
        self.certificate = certificate
        self.port, self.tls_port, self.plain_port = free_ports(3)
        self._folder = folder
        self._sasl_socket = sasl_socket
        self._size_limit = size_limit

    def delivered(self) -> list[DeliveredMail]:
        """Every mail so far, in the order of delivery."""
        files = sorted(
            (self._folder / "maildir" / "all" / "new").glob("*"), key=lambda file: file.stat().st_mtime_ns
        )
        return [_read(file) for file in files]

    def wait_for(self, count: int, seconds: float = 20) -> list[DeliveredMail]:
        """The mails, once there are that many: delivery comes a moment behind the answer to DATA."""
        end = time.monotonic() + seconds
        while len(self.delivered()) < count and time.monotonic() < end:
            time.sleep(0.05)
        return self.delivered()

    def clear(self) -> None:
        """Forget what was delivered."""
        shutil.rmtree(self._folder / "maildir" / "all", ignore_errors=True)

    def log(self) -> str:
        """What the server wrote about itself."""
        path = self._folder / "mail.log"
        return path.read_text("utf-8", "replace") if path.exists() else ""

    def configure(self) -> None:
        """Write the configuration and make its folders."""
        nobody = pwd.getpwnam("nobody")
        for part in ("conf", "queue", "data", "maildir"):
            (self._folder / part).mkdir(parents=True, exist_ok=True)
        os.chown(self._folder / "maildir", nobody.pw_uid, nobody.pw_gid)
        os.chown(self._folder / "data", pwd.getpwnam("postfix").pw_uid, -1)
        conf = self._folder / "conf"
        for name in ("postfix-files", "dynamicmaps.cf"):
            shutil.copy(_SYSTEM_CONFIGURATION / name, conf)
        for name in ("postfix-files.d", "dynamicmaps.cf.d"):
            if (_SYSTEM_CONFIGURATION / name).is_dir():
                shutil.copytree(_SYSTEM_CONFIGURATION / name, conf / name, dirs_exist_ok=True)
        (conf / "main.cf").write_text(
            _MAIN.format(
                folder=self._folder,
                certificate=self.certificate,
                sasl_socket=self._sasl_socket,
                size_limit=self._size_limit,
                uid=nobody.pw_uid,
                gid=nobody.pw_gid,
            )
        )
        (conf / "master.cf").write_text(
            _MASTER.format(port=self.port, tls_port=self.tls_port, plain_port=self.plain_port)
        )
        (conf / "recipients").write_text(_RECIPIENTS)
        (conf / "headers").write_text(_HEADERS)

    def start(self) -> None:
        """Start it and wait until it answers."""
        self.configure()
        command = [program("postfix") or "postfix", "-c", str(self._folder / "conf"), "start"]
        with (self._folder / "start.log").open("wb") as log:
            done = subprocess.run(command, check=False, stdin=subprocess.DEVNULL, stdout=log, stderr=log)
        if done.returncode:
            message = (self._folder / "start.log").read_text("utf-8", "replace") + self.log()
            raise RuntimeError(message)
        for port in (self.port, self.tls_port, self.plain_port):
            wait_for_port(port, self.log)

    def stop(self) -> None:
        """End it, by its own process id, and wait."""
        path = self._folder / "queue" / "pid" / "master.pid"
        if not path.exists():
            return
        pid = int(path.read_text())
        path.unlink()
        os.kill(pid, signal.SIGTERM)
        wait_for_end(pid)

    def __enter__(self) -> Postfix:
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, value: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()


def _read(file: Path) -> DeliveredMail:
    octets = file.read_bytes()
    head = message_from_bytes(octets.partition(b"\n\n")[0])
    return DeliveredMail(
        sender=str(head["Return-Path"]).strip("<>"), recipient=str(head["X-Original-To"]), octets=octets
    )
