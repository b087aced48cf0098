"""Looks up the keys of DKIM signatures in the DNS (RFC 6376 3.6.2), and remembers them for a while."""

from __future__ import annotations

import time

from automailer.errors import TemporaryError

__all__ = ["DomainKeys"]

LOOKUP_SECONDS = 3.0
"""For one key: a resolver asks three servers in that time."""

MESSAGE_SECONDS = 8.0
"""For all keys of one message: the rest of the mailbox waits so long."""

MAX_REMEMBERED = 1_000
"""Names: strangers choose them."""


class DomainKeys:
    """Keys by name, for one poll of one mailbox: what was asked once is not asked again."""

    def __init__(self) -> None:
        self._found: dict[str, bytes | TemporaryError | None] = {}

    def key(self, name: str, *, deadline: float) -> bytes | None:
        """The TXT record of that name, None when there is none; the deadline is of the monotonic clock.

        Raises:
            TemporaryError: no server answered in time.
        """
        if name not in self._found:
            if len(self._found) >= MAX_REMEMBERED:
                self._found.clear()
            seconds = min(deadline - time.monotonic(), LOOKUP_SECONDS)
            self._found[name] = _asked(name, seconds)
        found = self._found[name]
        if isinstance(found, TemporaryError):
            raise found
        return found


def _asked(name: str, seconds: float) -> bytes | TemporaryError | None:
    import dns.exception
    import dns.resolver

    if seconds <= 0:
        return TemporaryError(f"no time was left to look up {name}")
    try:
        # The name is absolute: no search list may lead to a key of somebody else.
        answer = dns.resolver.get_default_resolver().resolve(
            f"{name}.", "TXT", lifetime=seconds, search=False, raise_on_no_answer=False
        )
    except (dns.resolver.NoNameservers, dns.resolver.NoResolverConfiguration, dns.exception.Timeout, OSError):
        return TemporaryError(f"the DNS gives no answer for {name}")
    except (dns.exception.DNSException, UnicodeError):  # there is no such name, or can't be any
        return None
    texts = [b"".join(record.strings) for record in answer.rrset or ()]
    return next((text for text in texts if b"p=" in text), None)
