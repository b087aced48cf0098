"""Templates: the Jinja2 sandbox, its filters, pictures beside a template. It never sees a socket.

Jinja2 itself is imported when the first template is.
"""

from __future__ import annotations

from automailer.templating.files import media_type, read_file
from automailer.templating.html import depth_limit, inline_styles
from automailer.templating.inline import (
    Expression,
    check_text,
    compile_expression,
    expression_usage,
    render_pattern,
    render_text,
    text_usage,
)
from automailer.templating.model import LocalFile, Picture, Rendered
from automailer.templating.names import KNOWN_NAMES, MEMBERS, names
from automailer.templating.reading import Included, Reading, Usage
from automailer.templating.templates import Templates

__all__ = [
    "KNOWN_NAMES",
    "MEMBERS",
    "Expression",
    "Included",
    "LocalFile",
    "Picture",
    "Reading",
    "Rendered",
    "Templates",
    "Usage",
    "check_text",
    "compile_expression",
    "depth_limit",
    "expression_usage",
    "inline_styles",
    "media_type",
    "names",
    "read_file",
    "render_pattern",
    "render_text",
    "text_usage",
]
