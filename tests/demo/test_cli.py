"""The demonstration's commands."""

from __future__ import annotations

import signal
import subprocess
import sys
from typing import TYPE_CHECKING

import requests
from click.testing import CliRunner

from demo.cli import demo

if TYPE_CHECKING:
    from pathlib import Path


def test_generate(tmp_path: Path) -> None:
    """`generate` writes a world, and refuses to write into it again."""
    arguments = ["generate", "--out", str(tmp_path / "world"), "--persons", "30"]
    assert CliRunner().invoke(demo, arguments).exit_code == 0
    assert (tmp_path / "world" / "truth.json").is_file()
    again = CliRunner().invoke(demo, arguments)
    assert again.exit_code == 1
    assert "is not empty" in again.output


def test_serve_until_told_to_end(world: Path) -> None:
    """`serve` prints every setting, serves, and ends well on SIGTERM."""
    command = [sys.executable, "-m", "demo", "serve", "--data", str(world)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        try:
            assert process.stdout is not None
            settings = dict(process.stdout.readline().rstrip("\n").split("=", 1) for _ in range(13))
            answer = requests.get(f"{settings['REGISTRY_URL']}/companies", timeout=10)
        finally:
            process.send_signal(signal.SIGTERM)
        assert process.wait(timeout=10) == 0
    assert answer.status_code == 200
    assert settings["CRM_URL"] == f"sqlite:///{world / 'crm' / 'crm.sqlite'}"
    assert set(settings) == {
        *("CRM_URL", "CHATS_PATH", "CALLS_PATH", "WEB_PATH", "ANALYTICS_PATH", "MAILINGS_PATH", "FORMS_PATH", "ACCOUNTS_PATH"),
        *("FEEDBACK_PATH", "SOCIAL_PATH", "HELPDESK_URL", "HELPDESK_TOKEN", "REGISTRY_URL"),
    }
