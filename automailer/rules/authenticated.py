"""The test of who vouches for a message: a trusted server's Authentication-Results, or DKIM checked here. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from automailer.errors import TemporaryError
from automailer.message import MethodResult, ascii_domain, trusted_results
from automailer.rules.leaf import NOT_FETCHED, Rank, Seen, answer, observed
from automailer.rules.matcher import read_each
from automailer.rules.model import Answer, Subject, Test
from automailer.rules.outside import Signature
from automailer.rules.refusal import Fault, Refused, one_of, refuse_unknown_keys, short
from automailer.rules.scope import Scope
from automailer.rules.site import Problems, Site
from automailer.settings import nearest

__all__ = ["AUTHENTICATED_FIELDS", "METHODS", "RESULTS", "ReportedTest", "SignedTest", "read_authenticated"]

METHODS = ("dkim", "spf", "dmarc", "arc")
RESULTS = ("pass", "fail", "none", "softfail", "neutral", "temperror", "permerror", "policy")
AUTHENTICATED_FIELDS = ("by", *METHODS, "domain")

# A chain of forwarders vouches for itself (RFC 8617): its result names no domain.
_WITHOUT_DOMAIN = frozenset({"arc"})

Wanted = Mapping[str, frozenset[str]]


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportedTest:
    """YES when for every method a result is among the wanted, for a domain that was asked for."""

    by: tuple[str, ...]
    wanted: Wanted
    domains: tuple[str, ...] = ()

    def observe(self, subject: Subject) -> Seen:
        """Read what the servers wrote; the headers are enough."""
        results = trusted_results(subject.message.fields, self.by)
        if not results:
            return Seen(Answer.NO, observed(f"no Authentication-Results by {one_of(self.by)}"))
        fits = all(any(self._fits(result) for result in results if result.method == m) for m in self.wanted)
        value = _listed((f"{each.method}={each.result}", *each.domains[:1]) for each in results)
        return Seen(answer(fits), observed(f"{one_of(self.by)}: {value}"))

    def _fits(self, result: MethodResult) -> bool:
        if result.result not in self.wanted[result.method]:
            return False
        free = not self.domains or result.method in _WITHOUT_DOMAIN
        return free or any(_under(domain, self.domains) for domain in result.domains)


@dataclass(frozen=True, slots=True, kw_only=True)
class SignedTest:
    """YES when a DKIM signature of a domain that was asked for has one of the results; the keys come from the DNS."""

    wanted: frozenset[str]
    domains: tuple[str, ...] = ()

    def observe(self, subject: Subject) -> Seen:
        """Have the signatures checked; a message without any needs no more than its headers.

        Raises:
            TemporaryError: the DNS of a domain that was asked for gives no answer.
        """
        if not any(field.name.lower() == "dkim-signature" for field in subject.message.fields):
            return Seen(answer("none" in self.wanted and not self.domains), "dkim=none")
        if not subject.message.complete:
            return NOT_FETCHED
        if subject.outside is None:
            return Seen(Answer.UNKNOWN, "signatures are not checked here")
        signatures = subject.outside.signatures()
        asked = [one for one in signatures if not self.domains or _under(one.domain, self.domains)]
        fits = any(one.result in self.wanted for one in asked)
        self._await(asked, fits=fits)
        return Seen(answer(fits), observed(_listed(map(_told, signatures))))

    def _await(self, asked: Iterable[Signature], *, fits: bool) -> None:
        # Only for domains that the rule names: no stranger's broken DNS makes a message wait.
        late = next((one for one in asked if one.result == "temperror"), None)
        if self.domains and late is not None and not fits:
            message = f"authenticated: DKIM of {late.domain}: {late.reason}"
            raise TemporaryError(observed(message))


def _told(signature: Signature) -> tuple[str, ...]:
    return (f"dkim={signature.result}", *filter(None, (signature.domain, signature.reason)))


def _listed(results: Iterable[tuple[str, ...]]) -> str:
    """`dkim=pass (example.com), spf=softfail`."""
    return ", ".join(f"{head} ({': '.join(rest)})" if rest else head for head, *rest in results)


def _under(domain: str, parents: Iterable[str]) -> bool:
    """Compare label by label, as `{domain: example.com}` of an address does."""
    return any(f".{domain}".endswith(f".{parent}") for parent in parents)


def read_authenticated(value: object, site: Site) -> Test:
    """`authenticated`: a mapping of `by`, methods with the results that they are to have, and `domain`."""
    if not isinstance(value, dict) or not value:
        site.refuse(f"expected a mapping such as {{by: mx.example.com, dmarc: pass}}, found {short(value)!r}")
    problems, parts = Problems(), dict[str, Any]()
    with problems.gathered():
        site.read(lambda _, scope: refuse_unknown_keys(value, AUTHENTICATED_FIELDS), value)
    for name in AUTHENTICATED_FIELDS:
        if name in value:
            with problems.gathered():
                parts[name] = site.at(name).read(
                    _read_results if name in METHODS else _read_hosts, value[name]
                )
    with problems.gathered():
        _refuse_nonsense(value, site)
    problems.settle()
    wanted = {method: parts[method] for method in METHODS if method in parts}
    domains = parts.get("domain", ())
    if "by" in parts:
        return site.leaf(value, ReportedTest(by=parts["by"], wanted=wanted, domains=domains))
    return site.leaf(value, SignedTest(wanted=wanted["dkim"], domains=domains), Rank.OUTSIDE)


def _refuse_nonsense(value: Mapping[str, object], site: Site) -> None:
    asked = [method for method in METHODS if method in value]
    problems = Problems()
    if "by" not in value:
        for method in (method for method in asked if method != "dkim"):
            message = (
                "can't be checked after the delivery: expected by: and the server whose word on it counts"
            )
            problems.found.append(site.at(method).problem(message, key=True))
    if not asked:
        problems.found.append(site.problem(f"asks for nothing: expected {one_of(METHODS)}"))
    if "domain" in value and asked and _WITHOUT_DOMAIN.issuperset(asked):
        problems.found.append(site.at("domain").problem("no domain goes with arc", key=True))
    problems.settle()


def _read_results(value: object, scope: Scope) -> frozenset[str]:
    return frozenset(read_each(value, _read_result))


def _read_result(value: object) -> str:
    if isinstance(value, str) and value in RESULTS:
        return value
    # YAML's null is what people write for the result `none`, seldom.
    hint = nearest(value, RESULTS) if isinstance(value, str) else "none" if value is None else ""
    raise Refused(Fault(message=f"unknown result {short(value)!r}: expected {one_of(RESULTS)}", hint=hint))


def _read_hosts(value: object, scope: Scope) -> tuple[str, ...]:
    return read_each(value, _read_host)


def _read_host(value: object) -> str:
    host = ascii_domain(value) if isinstance(value, str) else ""
    if not host or not host.isprintable() or not set("*?@<> ;\"'").isdisjoint(host):
        message = f"{short(value)!r} is no name of a server or a domain: expected one such as mx.example.com"
        raise Refused(Fault(message=message, hint=host.lstrip("*@.")))
    return host
