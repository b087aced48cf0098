"""How mail programs introduce what they quote, in the languages that they speak. Pure; linear.

Nothing is known of the language of a mail, so all are tried at once. A sentence is taken for an introduction only when
it has a verb of writing, ends in a colon, and names a time or an address, or stands right above a quote.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import takewhile

__all__ = [
    "is_forwarding",
    "is_mobile_signature",
    "is_original_message",
    "length_of_attribution",
    "length_of_header",
]

MAX_LINE = 400
"""Characters of a line that is compared; introductions are shorter."""

MAX_ATTRIBUTION = 600
"""Characters of all of its lines."""

ATTRIBUTION_LINES = 4
HEADER_LINES = 12

_OPENING = re.compile(
    r"[\s*_-]{0,12}(?:On|Am|Le|El|Il|In data|Em|No dia|Op|W dniu|Dnia|Den|På|Dne|Dana|Pe|În|Vào|В|Στις|在|於|于)\b"
    r"|[\s*_-]{0,12}(?:mon|tue|wed|thu|fri|sat|sun|man|tir|ons|tor|tors|fre|lør|lör|søn|sön|tis|mån|pon|wto|śro|czw|pią|"
    r"sob|nie|ma|ti|ke|to|pe|la|su|пн|вт|ср|чт|пт|сб|вс)\w{0,8}[.,]{0,2}\s+(?:den\s+)?\d",
    re.IGNORECASE,
)
_DATE_FIRST = re.compile(r"\s{0,8}\d{1,4}(?:[./-]\d|\.?\s+\w{3,12}|年|년)")
_VERB = re.compile(
    r"\b(?:wrote|writes|sent|schrieb|geschrieben|a\s+écrit|escribió|ha\s+scritto|scrisse|escreveu|schreef|geschreven|"
    r"napisał\w*|pisze|skrev|kirjoitti|napsal\w*|írta|yazdı|đã\s+viết|a\s+scris|έγραψε|"
    r"написал\w*|пишет|писал\w*)(?:\(\w{1,2}\))?(?!\w)"
    r"|写道|寫道|写到|のメール|のメッセージ|書きました|작성|님이\s*씀",
    re.IGNORECASE,
)
_TIME = re.compile(
    r"\d{1,4}[./-]\d{1,2}[./-]\d{1,4}|\d[-. ]\w{3,9}\.?[-. ]\d{2,4}|\b\d{1,2}[:.h]\d{2}\b|\d\s*[年月日년월일]"
    r"|\w{3,12}\.?\s+\d{1,2},?\s+\d{4}|\d{1,2}\.?\s+(?:de\s+)?\w{3,12}\.?,?\s+(?:de\s+)?\d{4}"
)
_ADDRESS = re.compile(r"[^\s@<>]@[^\s@<>]")
_ENDS_IN_VERB = re.compile(
    r"(?:wrote|schrieb|écrit|escribió|scritto|escreveu|schreef|skrev|kirjoitti|写道|寫道)\s*[:：]$"
)
_DATE_AND_ADDRESS = re.compile(r"\s{0,8}\d{4}[-/.]\d.{0,200}<[^<>]{3,200}>$")
_ENDS = (":", "：", ">", "-")
_DASHED = re.compile(r"-{2,}+\s?(?:On\s)?\S.{0,200}\bwrote\s?-{2,}$")

_MESSAGE = (
    "original message|reply message|ursprüngliche nachricht|originalnachricht|antwort nachricht|message d'origine|"
    "message original|mensaje original|messaggio originale|mensagem original|oorspronkelijk bericht|"
    "wiadomość oryginalna|oryginalna wiadomość|ursprungligt meddelande|originalmeddelande|oprindelig meddelelse|"
    "oprindelig besked|opprinnelig melding|alkuperäinen viesti|původní zpráva|исходное сообщение|"
    "оригинальное сообщение|original appointment|original mail|"
    "原始邮件|原邮件|原始郵件|元のメッセージ|원본 메시지|원본 메일"
)
_ORIGINAL = re.compile(rf"[\s*]{{0,8}}[-_—]{{2,40}}\s?(?:{_MESSAGE})\s?[-_—]{{2,40}}\**\s*$", re.IGNORECASE)
_FORWARDED = re.compile(
    r"\s{0,8}(?:-{3,40}\s?(?:forwarded message|forwarded by .{1,100}|weitergeleitete nachricht|message transféré|"
    r"mensaje reenviado|messaggio inoltrato|mensagem encaminhada|doorgestuurd bericht|przekazana wiadomość|"
    r"wiadomość przekazana dalej|vidarebefordrat meddelande|videresendt (?:besked|meddelelse|melding)|"
    r"välitetty viesti|пересылаемое сообщение|转发邮件|转发的邮件|転送メッセージ|전달된 메일)\b.{0,20}"
    r"|(?:begin forwarded message|anfang der weitergeleiteten nachricht|début du message (?:réexpédié|transféré)|"
    r"inicio del mensaje reenviado|inizio messaggio inoltrato):)\s*$",
    re.IGNORECASE,
)

_LABELS = {
    "from": "from|von|de|da|van|od|från|fra|lähettäjä|от|feladó|kimden|发件人|寄件者|寄件人|差出人|보낸 ?사람",
    "sent": "sent|date|gesendet|datum|envoyé|enviad[oa](?: el| em)?|fecha|data|inviato|verzonden|wysłano|skickat|sendt|"
    "dato|lähetetty|päivämäärä|отправлено|дата|odesláno|发送时间|日期|寄件日期|送信日時|日付|보낸 ?날짜|날짜",
    "to": "to|an|à|a|para|aan|do|komu|till|til|vastaanottaja|кому|收件人|宛先|받는 ?사람",
    "subject": "subject|betreff|objet|asunto|oggetto|assunto|onderwerp|temat|předmět|ämne|emne|aihe|тема|"
    "主题|主旨|件名|제목",
    "more": "cc|reply-to|kopie|kopia|kopi|копия|抄送|副本|참조|importance|wichtigkeit|attachments|anlagen",
}
_LABEL = re.compile(
    r"[\s*]{0,12}(?:"
    + "|".join(f"(?P<{kind}>{words})" for kind, words in _LABELS.items())
    + r")\s?\**\s?[:：]",
    re.IGNORECASE,
)
_MOBILE = re.compile(
    r"[\s*_<(\[-]{0,8}(?:(?:sent|envoyé|enviado|inviato|verzonden|verstuurd|gesendet|wysłan[eo]|skickat|sendt|lähetetty|"
    r"отправлено|odesláno)\s(?:from|via|with|de|depuis|desde|do|da|dal|vanaf|met|von|mit|z|från|fra|med|с|из)\s(?:(?:my|"
    r"mon|mi|meu|mio|mijn|meinem|mojego|min|mitt|моего|mého)\s)?[^.,!?]{2,40}(?:<[^<>]{1,200}>)?"
    r"|get outlook for (?:ios|android)(?:<[^<>]{1,200}>)?|(?:von|aus) meine[mr] .{2,40} gesendet|lähetetty \S{2,20}"
    r"|发自我的.{1,20}|從我的.{1,20}傳送|.{2,20}から送信|나의 .{2,20}에서 보냄)[\s*_>)\]]{0,8}$",
    re.IGNORECASE,
)
_DEVICES = re.compile(
    r"phone|ipad|mobil|handy|android|samsung|galaxy|huawei|xiaomi|blackberry|outlook|mail|tablet|wireless|device|gerät|"
    r"téléphone|móvil|celular|telefon|яндекс|поч|手机|手機",
    re.IGNORECASE,
)


def is_original_message(line: str) -> bool:
    """Tell a line such as `-----Original Message-----`."""
    return len(line) <= MAX_LINE and _ORIGINAL.match(line) is not None


def is_forwarding(line: str) -> bool:
    """Tell a line such as `---------- Forwarded message ---------`."""
    return len(line) <= MAX_LINE and _FORWARDED.match(line) is not None


def is_mobile_signature(line: str) -> bool:
    """Tell a line such as `Sent from my iPhone`: short, one phrase, with the name of a device or program."""
    return (
        len(line) <= MAX_LINE
        and _MOBILE.match(line) is not None
        and (_DEVICES.search(line) is not None or not line.isascii())
    )


def length_of_attribution(lines: Sequence[str], at: int, *, above_quote: Sequence[bool]) -> int:
    """Return how many lines from here are one such as `On … wrote:`, or 0.

    `above_quote` tells of each line whether the next one that is not empty is a quote.
    """
    joined = ""
    for number, line in enumerate(lines[at : at + ATTRIBUTION_LINES], 1):
        if not line.strip() or len(line) > MAX_LINE or line.startswith(">"):
            return 0
        joined, above = f"{joined} {line.strip()}".strip(), above_quote[at + number - 1]
        if len(joined) > MAX_ATTRIBUTION:
            return 0
        if not joined.endswith(_ENDS):
            continue
        if _is_attribution(joined, first=lines[at], is_one=number == 1, above=above):
            return number
    return 0


def _is_attribution(text: str, *, first: str, is_one: bool, above: bool) -> bool:
    if _DASHED.match(text) or (above and _DATE_AND_ADDRESS.match(text)):
        return True
    has_verb = _VERB.search(text) is not None
    if not text.endswith((":", "：") if has_verb else (">:", ">：")):
        return False
    if _OPENING.match(first) or _DATE_FIRST.match(first):
        return _TIME.search(text) is not None or (above and has_verb)
    if not is_one or not has_verb:
        return False
    return above or (_ADDRESS.search(text) is not None and _ENDS_IN_VERB.search(text) is not None)


def length_of_header(lines: Sequence[str], at: int, *, ruled: bool) -> int:
    """Return how many lines from here are a header as Outlook puts it above what it quotes, or 0.

    It has From and two more; two fields are enough below a rule (`ruled`) or with an address.
    """
    start = _LABEL.match(lines[at]) if len(lines[at]) <= MAX_LINE else None
    if start is None or start.lastgroup not in ("from", "sent"):
        return 0
    block = list(takewhile(str.strip, lines[at : at + HEADER_LINES]))
    found = [match.lastgroup for line in block if (match := _LABEL.match(line[:MAX_LINE]))]
    kinds = set(found) - {"more"}
    has_address = any(_ADDRESS.search(line[:MAX_LINE]) for line in block)
    enough = 2 if ruled or has_address else 3
    return len(block) if len(kinds) >= enough else 0
