"""What people type: one file a command. The only place that prints; what was asked for goes to stdout."""

from __future__ import annotations

from automailer.cli.main import run_cli

__all__ = ["run_cli"]
