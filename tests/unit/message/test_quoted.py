"""What the writer of a reply wrote; many rows are those of the test-suites of talon and email_reply_parser."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from automailer.message import parse
from automailer.message.quoted import reply_of, without_quotes

OUTLOOK = "From: Ann <ann@example.com>\nSent: Monday, 1 March 2010 10:00\nTo: Bob\nSubject: Hi\n\nold"


@pytest.mark.parametrize(
    "introduction",
    [
        pytest.param("On 11-Apr-2011, at 6:54 PM, Roman Tkachenko <romant@example.com> wrote:", id="en"),
        pytest.param("On Fri, May 6, 2011 at 6:03 PM, Roman from Hacker News\n<r@b.com> wrote:", id="en, two lines"),
        pytest.param("On Nov 30, 2011, at 12:47 PM, Somebody <\n416ff@s.com>\nwrote:", id="en, three lines"),
        pytest.param("On 04/19/2011 07:10 AM, Roman Tkachenko wrote:", id="en, slashes"),
        pytest.param(" On Mar 8, 2012 9:59 AM, \"Example.com\" <\nr+7f@example.com> wrote:", id="en, indented"),
        pytest.param("On 11-Apr-2011, at 6:54 PM, Roman <r@e.com> sent:", id="en, sent"),
        pytest.param("Am 11.04.2011 um 18:54 schrieb Max Muster <max@example.de>:", id="de"),
        pytest.param("Am Mo., 1. März 2021 um 10:00 Uhr schrieb Max Muster <\nmax@example.de>:", id="de, Gmail"),
        pytest.param("Le 23 janv. 2015 à 22:03, Brendan <b@x.com<mailto:b@x.com>> a écrit:", id="fr"),
        pytest.param("Le lun. 1 mars 2021 à 10:00, Jean <j@x.fr> a\nécrit :", id="fr, Gmail"),
        pytest.param("El lun, 1 mar 2021 a las 10:00, Juan (<j@x.es>) escribió:", id="es"),
        pytest.param("Il giorno lun 1 mar 2021 alle ore 10:00 Anna <a@x.it> ha scritto:", id="it"),
        pytest.param("Em seg., 1 de mar. de 2021 às 10:00, Ana <a@x.br> escreveu:", id="pt"),
        pytest.param("Op 13-02-2014 3:18 schreef Julius Caesar <pantheon@rome.com>:", id="nl"),
        pytest.param("Op 17-feb.-2015, om 13:18 heeft Julius <p@r.com> het volgende geschreven:", id="nl, Apple"),
        pytest.param("W dniu 28 stycznia 2015 01:53 użytkownik Zoe <zoe@x.com>\nnapisał:", id="pl"),
        pytest.param("pon., 1 mar 2021 o 10:00 Zoe <zoe@x.com> napisał(a):", id="pl, Gmail"),
        pytest.param("Den 14 september, 2015 02:23:18, Valentino (valentino@rudy.be) skrev:", id="sv"),
        pytest.param("15. marts 2017 kl. 11.00 skrev John Doe <john@example.com>:", id="da"),
        pytest.param("På 14 september 2015 på 02:23:18, Valentino (valentino@rudy.be) skrev:", id="no"),
        pytest.param("ma 1. maalisk. 2021 klo 10.00 Matti (m@x.fi) kirjoitti:", id="fi"),
        pytest.param("пн, 1 мар. 2021 г. в 10:00, Иван <i@x.ru>:", id="ru, no verb"),
        pytest.param("01.03.2021 10:00, Иван Иванов пишет:", id="ru"),
        pytest.param("雨州 <yuzhou.liu@example.com> 在 2026年2月29日 周六 19:47 写道：", id="zh"),
        pytest.param("2026年2月29日 周六 19:47 雨州 <yuzhou.liu@example.com> 写道：", id="zh, date first"),
        pytest.param("2021年3月1日(月) 10:00 Taro <taro@example.jp>:", id="ja"),
        pytest.param("2021년 3월 1일 (월) 오전 10:00, Kim <kim@example.kr>님이 작성:", id="ko"),
        pytest.param("Vào 14:24 8 tháng 6, 2017, Hùng Nguyễn <hungnguyen@xxx.com> đã viết:", id="vi"),
        pytest.param("2014-10-17 11:28 GMT+03:00 Postmaster <p@sandbox.mailgun.org>:", id="Gmail of 2014"),
        pytest.param("---- John Smith wrote ----", id="Android"),
        pytest.param("------On 12/29/1987 17:32 PM, Julius Caesar wrote-----", id="dashes"),
        pytest.param("-----Original Message-----", id="Outlook"),
        pytest.param("-----Ursprüngliche Nachricht-----", id="Outlook, de"),
        pytest.param("-----Message d'origine-----", id="Outlook, fr"),
        pytest.param("-----Mensaje original-----", id="Outlook, es"),
        pytest.param("-----Oprindelig meddelelse-----", id="Outlook, da"),
        pytest.param("------------------ 原始邮件 ------------------", id="QQ"),
        pytest.param("From: a@example.com\nSent: March-19-11 5:42 PM\nTo: B\nSubject: C", id="header"),
        pytest.param("_" * 32 + "\nFrom: A\nSent: March-19-11 5:42 PM", id="header under a rule"),
        pytest.param("Von: a@x.de\nGesendet: Dienstag, 25. November 2014\nAn: B\nBetreff: C", id="header, de"),
        pytest.param("De : B [mailto:b@x.com]\nEnvoyé : vendredi 23 janvier 2015\nÀ : C\nObjet : D", id="header, fr"),
        pytest.param("De: j@example.com\nEnviada em: sexta-feira\nPara: s@example.com \nAssunto: T", id="header, pt"),
        pytest.param("Fra: s@example.com\nSendt: 19. march 2011 12:10\nTil: S\nEmne: T", id="header, da"),
        pytest.param("Från: A [mailto:a@h.com]\nSkickat: den 26 augusti 2015\nTill: I\nÄmne: W", id="header, sv"),
        pytest.param("От: Иван\nОтправлено: 1 марта\nКому: Анна\nТема: О", id="header, ru"),
        pytest.param("发件人: 雨州\n发送时间: 2026年2月29日\n收件人: 李\n主题: 周末", id="header, zh"),
        pytest.param("差出人: 太郎\n送信日時: 2021年3月1日\n宛先: 花子\n件名: 件", id="header, ja"),
        pytest.param("Date: Wed, 16 May 2012 00:15:02 -0600\nTo: klizhentas@example.com", id="date first"),
        pytest.param("  *From:* b@example.com [mailto:\n  b@example.com]\n  *Sent:* W\n  *To:* t@e.com", id="bold"),
    ],
)  # fmt: skip
def test_history_is_cut_where_a_program_introduces_it(introduction: str) -> None:
    assert reply_of(f"Test reply\n\n{introduction}\n\nold text\nof yesterday") == "Test reply"
    assert reply_of(f"Test reply\n\n{introduction}\n\n> old text\n> of yesterday") == "Test reply"
    assert reply_of(f"Test reply\n{introduction}\n> old text") == "Test reply"


@pytest.mark.parametrize(
    ("text", "reply"),
    [
        pytest.param("On 04/19/2011 07:10 AM, R T wrote:\n\n>\n> Test\nTest reply", "Test reply", id="below"),
        pytest.param("> a\n\nTest reply", "Test reply", id="below a quote without a line above"),
        pytest.param(
            "Hello\n\nOn 1/2/2011 07:10 AM, R T wrote:\n> one?\nyes\n> two?\n\nno\n", "Hello\n\nyes\n\nno", id="between"
        ),
        pytest.param(
            "Test\n\nOn 04/19/2011 07:10 AM, R wrote:\n\n> Test\n\nRegards, R", "Test\n\nRegards, R", id="around"
        ),
        pytest.param("Bob wrote:\n> hi\n\nhello", "hello", id="no date"),
        pytest.param("Blah-blah-blah\nOn blah-blah-blah", "Blah-blah-blah\nOn blah-blah-blah", id="a line with On"),
        pytest.param("He wrote:\nnothing", "He wrote:\nnothing", id="a sentence of one's own"),
        pytest.param("Text\nOn page 5, John wrote:\nnothing", "Text\nOn page 5, John wrote:\nnothing", id="a page"),
        pytest.param("From: Berlin\nTo: Rome\nDate: soon", "From: Berlin\nTo: Rome\nDate: soon", id="a form"),
        pytest.param(f"From: foo\nBar.\n\nabove\n\n{OUTLOOK}", "From: foo\nBar.\n\nabove", id="From in the text"),
        pytest.param(OUTLOOK, OUTLOOK, id="a header and nothing above it"),
        pytest.param(
            "Invitation:\n\nDate: Wednesday \nTime: 7am \nAddress: 130 Fox St\n\nBring your ID.",
            "Invitation:\n\nDate: Wednesday\nTime: 7am\nAddress: 130 Fox St\n\nBring your ID.",
            id="appointment",
        ),
        pytest.param(
            "FYI\n\n---------- Forwarded message ----------\nFrom: b@e.com\nDate: T\nTo: r@e.com\n\n> Text",
            "FYI\n\n---------- Forwarded message ----------\nFrom: b@e.com\nDate: T\nTo: r@e.com\n\n> Text",
            id="forwarded",
        ),
        pytest.param(
            "Blah\n\n-----Original Message-----\n\nFYI\n\n---------- Forwarded message ----------\nText", "Blah",
            id="forwarded inside history",
        ),
        pytest.param(
            "Please.\n\n-------- Enter Feedback Below --------\n\nGood.",
            "Please.\n\n-------- Enter Feedback Below --------\n\nGood.",
            id="feedback",
        ),
        pytest.param("Hello\n\n-- \nJane\n+1 234", "Hello", id="signature"),
        pytest.param("Hello\n\n--\nJane", "Hello", id="signature whose blank was lost"),
        pytest.param("Hello\n-- \nJane\n> quote\nmore", "Hello\nmore", id="a signature ends at a quote"),
        pytest.param(f"Hi\n\n{'_' * 47}\nriak-users mailing list\n", "Hi", id="footer of a list"),
        pytest.param("a -- b\n---\nc", "a -- b\n---\nc", id="dashes in the text"),
        pytest.param("Outlook\n\n------------------------------\nFrom: A B [mailto:a@b.com]\nSent: x\n\nold", "Outlook",
                     id="rule above"),
        pytest.param(
            "Sent from my desk, is much easier than my mobile phone.",
            "Sent from my desk, is much easier than my mobile phone.",
            id="no signature",
        ),
        pytest.param(">From the start\nto the end", ">From the start\nto the end", id="mbox quoting"),
        pytest.param("> only\n> quotes", "", id="nothing of one's own"),
        pytest.param("", "", id="nothing"),
    ],
)  # fmt: skip
def test_the_words_of_the_writer_stay(text: str, reply: str) -> None:
    assert reply_of(text) == reply


@pytest.mark.parametrize(
    "line",
    [
        "Sent from my iPhone",
        "Sent from my Verizon Wireless BlackBerry",
        "Sent from Outlook for iOS<https://aka.ms/o0ukef>",
        "Get Outlook for Android<https://aka.ms/AAb9ysg>",
        "Von meinem iPhone gesendet",
        "Gesendet von meinem Samsung Galaxy",
        "Envoyé de mon iPhone",
        "Enviado desde mi iPhone",
        "Inviato da iPhone",
        "Enviado do meu iPhone",
        "Verstuurd vanaf mijn iPhone",
        "Wysłane z iPhone",
        "Skickat från min iPhone",
        "Sendt fra min iPhone",
        "Lähetetty iPhonesta",
        "Отправлено с iPhone",
        "发自我的 iPhone",
        "iPhoneから送信",
        "나의 iPhone에서 보냄",
    ],
)
def test_what_telephones_add_goes(line: str) -> None:
    assert reply_of(f"Here is another email\n\n{line}\n") == "Here is another email"


QUOTE = (
    "On Thu, Jun 26, 2014 at 2:14 PM, Al &lt;<a href='mailto:a@example.com'>a@example.com</a>&gt; wrote:<br>"
)


@pytest.mark.parametrize(
    ("html", "reply"),
    [
        pytest.param(
            f'<div>Reply</div><div class="gmail_extra"><div class="gmail_quote">{QUOTE}<blockquote class="gmail_quote">'
            "<div>old</div></blockquote></div><br></div>",
            "Reply",
            id="Gmail",
        ),
        pytest.param(f"<p>Reply</p>{QUOTE}<blockquote type=cite>a<blockquote>b</blockquote></blockquote>", "Reply",
                     id="Apple"),
        pytest.param(
            f'<div class="moz-cite-prefix">{QUOTE}</div><blockquote type="cite">a</blockquote><p>below</p>', "below",
            id="Thunderbird, below",
        ),
        pytest.param(
            '<p>Reply</p><div id="appendonsend"></div><hr><div id="divRplyFwdMsg"><b>From:</b> A</div>old', "Reply",
            id="Outlook on the web",
        ),
        pytest.param(
            "<p>Reply</p><div style='border:none;border-top:solid #E1E1E1 1.0pt;padding:3.0pt'><p><b>From:</b> A</p>"
            "</div>old",
            "Reply",
            id="Outlook 2016",
        ),
        pytest.param(
            '<p class="MsoNormal">Reply</p><p><b>From:</b> Foo [mailto:foo@bar.com]<br><b>Sent:</b> Monday<br>'
            "<b>To:</b> j@bar.com<br><b>Subject:</b> C</p><p>old</p>",
            "Reply",
            id="Outlook 2010",
        ),
        pytest.param(
            "<div>message<br><div><hr>Date: Fri, 23 Mar 2012<br>To: b@example.com<br>From: r@example.com<br>"
            "Subject: You<br><br>text</div></div>",
            "message",
            id="Hotmail",
        ),
        pytest.param("Reply<br><blockquote>Quote</blockquote>", "Reply", id="blockquote alone"),
        pytest.param(
            'a<blockquote style="margin:0 0 0 40px;border:none;padding:0px">indented</blockquote>b', "a\nindented\nb",
            id="Gmail's indents are no quotes",
        ),
        pytest.param(
            '<div><div class="gmail_quote"><div class="gmail_attr">---------- Forwarded message ---------<br>'
            "From: Bob<br></div>eom</div></div>",
            "---------- Forwarded message ---------\nFrom: Bob\n\neom",
            id="forwarded",
        ),
        pytest.param("<blockquote>never closed", "", id="never closed"),
    ],
)  # fmt: skip
def test_quotes_in_html_go(html: str, reply: str) -> None:
    mail = b"Content-Type: text/html; charset=utf-8\r\n\r\n" + html.encode()
    assert parse(mail).reply_text.split() == reply.split()


def test_html_without_quotes_keeps_its_layout() -> None:
    mail = parse(
        b"Content-Type: text/html\r\n\r\n<table><tr><td>a</td><td>b</td></tr></table><ul><li>c</li></ul>"
    )
    assert mail.reply_text == mail.text


def test_plain_text_is_asked_before_html() -> None:
    mail = parse(b"Subject: x\r\n\r\nhello\r\n\r\nOn 1/2/2011 07:10 AM, R T wrote:\r\n> old\r\n")
    assert (mail.text.count("\n"), mail.reply_text) == (4, "hello")
    assert parse(b"Subject: x\r\n\r\nbody", complete=False).reply_text == ""


@given(st.text(alphabet="<>/ =\"'aqblockquotedivhr:-_>\nwrote123@."))
def test_any_text_has_a_reply_that_is_no_longer(text: str) -> None:
    assert len(reply_of(text)) <= len(text)
    assert set(reply_of(without_quotes(text))) <= set(text) | set("-Original Mesagp<>&t;/")


@given(
    st.lists(st.text(alphabet="abc xyz", min_size=1).filter(str.strip)), st.lists(st.text(alphabet="abc >"))
)
def test_quotes_below_change_nothing(words: list[str], quotes: list[str]) -> None:
    own = "\n".join(words)
    assert reply_of("\n".join([own, *(f"> {line}" for line in quotes)])) == reply_of(own)


def test_behind_a_long_text_nothing_is_looked_for() -> None:
    words = "words of mine\n" * 40_000
    assert reply_of(f"{words}> quote\nlast") == f"{words}> quote\nlast"
    assert reply_of(f"mine\n\n-----Original Message-----\n{words}last") == "mine"
