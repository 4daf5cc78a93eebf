"""Dagster's settings in a home, also in one that was made by an earlier version."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

import pytest
from ruamel.yaml import YAML

from pipelines import instance
from pipelines.instance import SHIPPED, STORAGE, prepare_instance, shipped, told_of_own_settings
from resources.errors import AnsvarError
from resources.home import Home

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture
def home(tmp_path: Path) -> Home:
    """A home."""
    made = Home(tmp_path / "home")
    made.create()
    return made


def test_what_is_shipped_is_known() -> None:
    """Whoever changes `dagster.yaml` adds its digest: so homes that have the one of before are known."""
    assert hashlib.sha256(shipped("dagster.yaml").read_bytes()).hexdigest() == SHIPPED[-1]
    assert len(set(SHIPPED)) == len(SHIPPED)


def test_an_earlier_file_is_replaced(home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    """Settings that an earlier version wrote, and nobody changed, give way to the present ones."""
    earlier = b"telemetry:\n  enabled: false\n"
    monkeypatch.setattr(instance, "SHIPPED", (hashlib.sha256(earlier).hexdigest(), *SHIPPED))
    settings = home.path / "dagster" / "dagster.yaml"
    settings.write_bytes(earlier)
    prepare_instance(home)
    assert settings.read_bytes() == shipped("dagster.yaml").read_bytes()
    assert told_of_own_settings(home) == []


def test_where_its_storage_lies_is_a_setting(home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    """The setting changes the storage alone, and that is no change by hand; what is no address is refused without being shown."""
    settings = prepare_instance(home) / "dagster.yaml"
    monkeypatch.setenv(STORAGE, "postgresql+psycopg2://ansvar:s3cr3t@127.0.0.1/dagster")
    prepare_instance(home)
    files, postgresql = (YAML(typ="safe").load(text) for text in (shipped("dagster.yaml"), settings))
    assert postgresql.pop("storage") == {"postgres": {"postgres_url": {"env": STORAGE}}}
    del files["event_log_storage"]
    assert postgresql == files
    assert told_of_own_settings(home) == []
    monkeypatch.setenv(STORAGE, "s3cr3t")
    with pytest.raises(AnsvarError, match="The setting ANSVAR_DAGSTER_STORAGE is no address") as refused:
        prepare_instance(home)
    assert "s3cr3t" not in str(refused.value)
    monkeypatch.delenv(STORAGE)
    prepare_instance(home)
    assert settings.read_bytes() == shipped("dagster.yaml").read_bytes()


def test_what_was_changed_by_hand_stays(home: Home) -> None:
    """Settings of somebody's own stay as they are, and it is said where they lie."""
    settings = prepare_instance(home) / "dagster.yaml"
    settings.write_text(settings.read_text(encoding="utf-8") + "# our own\n", encoding="utf-8")
    prepare_instance(home)
    assert settings.read_text(encoding="utf-8").endswith("# our own\n")
    (told,) = told_of_own_settings(home)
    assert told.startswith(f"{settings} was changed by hand")
