"""The interactive terminal wizard: it draws turns, passes on what is typed, and knows no more."""

from __future__ import annotations

from evalbook.cli.wizard.command import wizard_command

__all__ = ["wizard_command"]
