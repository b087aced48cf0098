"""What works and is not wise, or can't be meant: the warnings of `check`. Nothing here keeps anything from starting."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from automailer.cautions.files import open_files
from automailer.cautions.idle import without_effect
from automailer.cautions.later import not_run_yet
from automailer.cautions.literal import misread_values
from automailer.cautions.loops import loops
from automailer.cautions.model import Material
from automailer.cautions.never import never_matching
from automailer.cautions.readings import unknown_readings
from automailer.cautions.replies import unlimited_replies
from automailer.cautions.servers import risky_servers
from automailer.cautions.shadowed import shadowed_names
from automailer.errors import Problem

__all__ = ["FAMILIES", "Material", "cautions"]

FAMILIES: tuple[Callable[[Material], Iterable[Problem]], ...] = (
    risky_servers,
    open_files,
    not_run_yet,
    never_matching,
    misread_values,
    without_effect,
    shadowed_names,
    unknown_readings,
    loops,
    unlimited_replies,
)


def cautions(material: Material) -> list[Problem]:
    """Everything to be warned of, each once."""
    return list(dict.fromkeys(problem for family in FAMILIES for problem in family(material)))
