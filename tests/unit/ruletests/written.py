"""Files of rule tests as text: good ones, and one for each way to be wrong, with what is said of it."""

from __future__ import annotations

__all__ = ["GOOD", "WRONG", "file_of"]

GOOD = {
    "a file and a few expectations": """
  - name: a
    mailbox: ops
    message: critical.eml
    now: 2026-11-23T10:00:00+01:00
    expect:
      matched: [alert]
      actions: [{forward: {to: [oncall@example.com], subject: "db1 is down"}}, delete]
      not: [reply]
""",
    "a message in place": """
  - name: a
    message:
      {from: [a@example.com, b@example.com], to: ops@example.com, cc: c@example.com, reply_to: d@example.com,
       sender: e@example.com, return_path: <>, subject: 4711, date: 2026-11-23, headers: {X-Tag: [1, two]},
       body: x, html: <p>x</p>,
       attachments: [critical.eml, {name: a.pdf, size: 5MB}, {name: b, type: text/plain, text: x},
                     {name: c, base64: aGk=}, {name: d.eml, file: critical.eml}]}
    expect: {matched: []}
""",
    "a raw message": "  - name: a\n    message: |\n      Subject: x\n\n      y\n    expect: {matched: alert}\n",
    "patterns": """
  - name: a
    message: {subject: x}
    expect:
      actions:
        - {forward: {subject: /db\\d/i, text: {contains: [disk, full]}, to: [/oncall/, {glob: "*@example.com"}]}}
        - {tag: x}
        - {set: {severity: high, depth: {a: 1}}}
        - {save_attachments: {files: [a.pdf], packed: {a.zip: encrypted}}}
        - {delete: {after: sent}}
        - {keep: }
      refused: {reply: {refused: {starts_with: auto}, rule: alert}}
""",
    "what came before, and what is to do": """
  - {name: a, message: {subject: x}, before: 3, todo: true, expect: {not: delete}}
  - {name: b, message: {subject: x}, before: {times: 2, ago: 5m}, todo: soon, expect: {not: [delete]}}
""",
}

WRONG = {
    "unknown key": ("{nam: a, message: {subject: x}, expect: {matched: []}}", "did you mean 'name'?"),
    "no expectation": ("{name: a, message: {subject: x}, expect: {}}", "expects nothing"),
    "no message": ("{name: a, expect: {matched: []}}", "tests[0].message: is missing"),
    "unknown action": (
        "{name: a, message: {subject: x}, expect: {actions: [delte]}}",
        "unknown action 'delte' (did you mean 'delete'?)",
    ),
    "unknown action with fields": (
        "{name: a, message: {subject: x}, expect: {actions: [{forwrd: {to: a@example.com}}]}}",
        "did you mean 'forward'?",
    ),
    "unknown field": (
        "{name: a, message: {subject: x}, expect: {not: [{forward: {subjct: x}}]}}",
        "did you mean 'subject'?",
    ),
    "field of another action": (
        "{name: a, message: {subject: x}, expect: {actions: [{delete: {subject: x}}]}}",
        "delete.subject: is not known here",
    ),
    "two actions behind one dash": (
        "{name: a, message: {subject: x}, expect: {actions: [{forward: a@example.com, tag: x}]}}",
        "expected one action behind each dash",
    ),
    "unknown form": (
        "{name: a, message: {subject: x}, expect: {actions: [{forward: {text: {contians: x}}}]}}",
        "unknown key 'contians'",
    ),
    "a time that is none": (
        "{name: a, message: {subject: x}, now: noon, expect: {matched: []}}",
        "'noon' is no time: expected one such as 2026-11-23T10:00:00+01:00",
    ),
    "header of the structure": (
        "{name: a, message: {headers: {Content-Type: text/plain}}, expect: {matched: []}}",
        "follows from body, html and attachments",
    ),
    "header that is none": (
        '{name: a, message: {headers: {"X Tag": y}}, expect: {matched: []}}',
        "'X Tag' is no name of a header",
    ),
    "attachment without a name": (
        "{name: a, message: {attachments: [{text: x}]}, expect: {matched: []}}",
        "attachments[0].name: is missing",
    ),
    "attachment of no size": (
        "{name: a, message: {attachments: [{name: x, size: big}]}, expect: {matched: []}}",
        "'big' is no size",
    ),
    "a wrong number": (
        "{name: a, message: {subject: x}, before: 0, expect: {matched: []}}",
        "must be at least 1",
    ),
    "todo that is none": (
        "{name: a, message: {subject: x}, todo: 1.5, expect: {matched: []}}",
        "expected true or false or text",
    ),
    "message of a wrong sort": ("{name: a, message: 12.5, expect: {matched: []}}", "expected a path"),
}
"""By what is wrong: one test, and words out of what is said. The schema refuses every one too."""


def file_of(test: str) -> str:
    """A file of one test, which is given on one line."""
    return f"tests:\n  - {test}\n"
