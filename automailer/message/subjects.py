"""The words with which machines begin a subject, in the languages of the big mail systems. Pure.

They count only beside a mark that a machine wrote the message: a person may begin a subject with any of them.
"""

from __future__ import annotations

import re

__all__ = ["is_away", "is_dmarc_report", "is_undelivered"]

_AWAY = (
    r"auto(?:matic|mated)?[- ]?(?:reply|response|antwort)|auto:|automated? message|vacation (?:reply|message|response)",
    r"out[- ]of[- ](?:the )?office|on vacation|away from my mail|i am (?:currently )?(?:away|out of)",
    # after the name of who is away: Lotus Notes, GroupWise
    r"[^:]{1,80} is (?:currently )?(?:out of|away from) the office|.{1,200}\((?:out of (?:the )?office|vacation)\)\s*$",
    r"automatische (?:antwort|beantwortung|r[üu]ckantwort)|abwesenheit|(?:ich bin )?nicht im (?:b[üu]ro|haus)",
    r"r[ée]ponse automatique|absen(?:ce|t) du bureau|absence :",  # French
    r"respuesta autom[áa]tica|fuera de (?:la )?oficina|ausente de la oficina",  # Spanish
    r"risposta automatica|fuori (?:sede|ufficio)",  # Italian
    r"resposta autom[áàa]tica|fora do escrit[óo]rio",  # Portuguese, Catalan
    r"automatisch antwoord|afwezig",  # Dutch
    r"automatiskt? svar|autosvar|fr[åa]nvaro|frav[æe]r",  # Swedish, Danish, Norwegian
    r"automaattinen vastaus|poissaolo",  # Finnish
    r"automatyczna odpowied[źz]|odpowied[źz] automatyczna",  # Polish
    r"automatick[áa] odpov[ěe][ďd]",  # Czech, Slovak
    r"automatikus v[áa]lasz",  # Hungarian
    r"r[ăa]spuns automat",  # Romanian
    r"automatski odgovor|samodejni odgovor",  # Croatian, Serbian, Slovenian
    r"automatinis atsakymas|autom[āa]tisk[āa] atbilde|automaatvastus",  # Lithuanian, Latvian, Estonian
    r"otomatik yan[ıi]t|balasan otomatis|trả lời tự động",  # Turkish, Indonesian, Vietnamese
    r"αυτόματη απάντηση|автоматич\w+ (?:ответ|відповідь|отговор)|автоответ",
    r"自动答复|自动回复|自動回覆|自動回復|自動応答|自動返信|자동 (?:회신|응답)|자동회신",
    r"תשובה אוטומטית|מענה אוטומטי|رد تلقائي|ตอบกลับอัตโนมัติ",
)
_UNDELIVERED = (
    r"(?:mail )?(?:undeliver(?:able|ed)|not delivered)(?: (?:e?mail|message)|:|$)|undelivered mail returned",
    r"(?:message|mail) (?:delivery )?(?:failed|failure)\b|mail system error|mail could not be delivered",
    r"delivery (?:status )?notification\b|delivery (?:has )?(?:failed|failure)\b|non[- ]?delivery|failure notice\s*$",
    r"returned (?:e?mail|message)\b|e?mail returned|warning: (?:could not send|message \S+ delayed)|delayed mail\b",
    r"unzustellbar|nicht zustellbar|non remis|no se puede entregar|non recapitabile|n[ãa]o entregue|onbestelbaar",
    r"未送达|无法传递|未傳遞|無法傳遞|配信不能|配信できません|배달되지 않음",
    r"недоставлен|не удается доставить|nie można dostarczyć",
)
_AWAY_FIRST = re.compile(rf"\s*\[?(?:{'|'.join(_AWAY)})", re.IGNORECASE)
_UNDELIVERED_FIRST = re.compile(rf"\s*[*\[]*(?:{'|'.join(_UNDELIVERED)})", re.IGNORECASE)
_DMARC = re.compile(r"\s*\[?(?:preview\] *)?report domain: *\S+ +submitter: *\S+", re.IGNORECASE)

_MAX_SUBJECT = 1_000
"""Characters that are looked at."""


def is_away(subject: str) -> bool:
    """Tell whether it begins as the subjects of out-of-office notes do."""
    return _AWAY_FIRST.match(subject[:_MAX_SUBJECT]) is not None


def is_undelivered(subject: str) -> bool:
    """Tell whether it begins as the subjects of delivery reports do."""
    return _UNDELIVERED_FIRST.match(subject[:_MAX_SUBJECT]) is not None


def is_dmarc_report(subject: str) -> bool:
    """Tell the subject of an aggregate report (RFC 7489 7.2.1.1)."""
    return _DMARC.match(subject[:_MAX_SUBJECT]) is not None
