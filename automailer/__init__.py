"""Automailer: reads mailboxes on a schedule and does the right thing with each mail, once, and says why."""

__all__ = ["__version__"]

__version__ = "0.1.0"
