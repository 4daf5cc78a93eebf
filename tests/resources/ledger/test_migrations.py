"""The ledger's schema: its migrations make what its tables say, and bring older ledgers up to it."""

from __future__ import annotations

import datetime as dt
import re
import shutil
import sqlite3
import stat
from contextlib import closing
from typing import TYPE_CHECKING

import pytest
import sqlalchemy as sa
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory

from resources.errors import AnsvarError
from resources.ledger import Ledger, tables
from resources.ledger.audit import latest, verify
from tests.resources.conftest import ROOT

if TYPE_CHECKING:
    from pathlib import Path

MOMENT = dt.datetime(2026, 10, 15, 9, 0)  # noqa: DTZ001 - times in the ledger are naive, in UTC
MIGRATIONS = ROOT / "resources" / "ledger" / "migrations"


def _config() -> Config:
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    config.set_main_option("path_separator", "os")
    return config


def _scripts() -> ScriptDirectory:
    return ScriptDirectory.from_config(_config())


def test_migrations_make_the_tables(ledger: Ledger) -> None:
    """From nothing, the migrations make exactly the tables, columns, types, keys and indexes that the code uses."""
    with ledger.engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True, "compare_server_default": True})
        assert compare_metadata(context, tables.metadata) == []


def test_migrations_make_the_tables_as_sql_says_them(ledger: Ledger, tmp_path: Path) -> None:
    """What the database itself says of its tables is the same as when they are made from the metadata at once."""
    at_once = sa.create_engine(f"sqlite:///{tmp_path / 'at_once.db'}")
    tables.metadata.create_all(at_once)
    described = []
    for engine in (ledger.engine, at_once):
        inspector = sa.inspect(engine)
        described.append(
            {
                table: (
                    [(column["name"], str(column["type"]), column["nullable"]) for column in inspector.get_columns(table)],
                    inspector.get_pk_constraint(table)["constrained_columns"],
                    sorted(
                        (key["constrained_columns"], key["referred_table"], key["options"]) for key in inspector.get_foreign_keys(table)
                    ),
                    sorted((index["name"], index["column_names"]) for index in inspector.get_indexes(table)),
                )
                for table in tables.metadata.tables
            }
        )
    at_once.dispose()
    assert described[0] == described[1]


def test_one_head(ledger: Ledger) -> None:
    """The migrations are one line, and a new ledger stands at its end."""
    assert len(_scripts().get_heads()) == 1
    with ledger.engine.connect() as connection:
        assert MigrationContext.configure(connection).get_current_revision() == _scripts().get_current_head()


def test_opening_again_changes_nothing(ledger: Ledger, tmp_path: Path) -> None:
    """A ledger that is up to date is opened as it is, with what stands in it."""
    with ledger.engine.begin() as connection:
        connection.execute(tables.gone.insert().values(hash="h", dataset="d", run="r", state="done"))
    ledger.close()
    again = Ledger(f"sqlite:///{tmp_path / 'ledger.db'}")
    assert again.gone("d")["hash"].to_pylist() == ["h"]
    again.close()


def test_a_ledger_of_a_newer_version(ledger: Ledger, tmp_path: Path) -> None:
    """A ledger that a newer Ansvar wrote is not touched, and the error says so."""
    with ledger.engine.begin() as connection:
        connection.execute(sa.text("UPDATE alembic_version SET version_num = '9999'"))
    ledger.close()
    with pytest.raises(AnsvarError, match="The ledger is of a newer Ansvar"):
        Ledger(f"sqlite:///{tmp_path / 'ledger.db'}").engine  # noqa: B018 - it is opened by looking


@pytest.mark.parametrize(
    "url", ["nonsense", "klingon://host/db", "sqlite:////nowhere/at/all/ledger.db", "postgresql+nodriver://u:s3cr3t@h/d"]
)
def test_ledgers_that_cannot_be_opened(url: str) -> None:
    """A ledger that cannot be opened is an error that says where to look, without the URL, which may hold a password."""
    with pytest.raises(AnsvarError, match=r"^The ledger cannot be opened \(\w+\): see ANSVAR_LEDGER") as caught:
        Ledger(url).engine  # noqa: B018 - it is opened by looking
    assert "s3cr3t" not in str(caught.value)


def test_a_file_that_is_no_ledger(tmp_path: Path) -> None:
    """A file that is no database is an error, and stays as it is."""
    file = tmp_path / "ledger.db"
    file.write_text("s3cr3t" * 1000, encoding="utf-8")
    with pytest.raises(AnsvarError, match=r"^The ledger cannot be opened \(DatabaseError\)"):
        Ledger(f"sqlite:///{file}").engine  # noqa: B018 - it is opened by looking
    assert file.read_text(encoding="utf-8") == "s3cr3t" * 1000


def test_the_ledger_s_files_are_its_owner_s_alone(ledger: Ledger, tmp_path: Path) -> None:
    """The database and what SQLite keeps beside it have mode 0600 while it is open."""
    ledger.gone_meant("r", "d", ["h"])
    modes = {path.name: stat.S_IMODE(path.stat().st_mode) for path in tmp_path.iterdir()}
    assert modes == {"ledger.db": 0o600, "ledger.db-wal": 0o600, "ledger.db-shm": 0o600}


def test_how_sqlite_is_set(ledger: Ledger) -> None:
    """Readers and a writer do not meet, what is deleted is overwritten, keys are kept, and a commit is on the disk."""
    with ledger.engine.connect() as connection:
        found = {
            pragma: connection.execute(sa.text(f"PRAGMA {pragma}")).scalar()
            for pragma in ("journal_mode", "secure_delete", "foreign_keys", "busy_timeout", "synchronous")
        }
    assert found == {"journal_mode": "wal", "secure_delete": 1, "foreign_keys": 1, "busy_timeout": 30000, "synchronous": 2}


def test_deleted_bytes_are_overwritten(ledger: Ledger, tmp_path: Path) -> None:
    """What was deleted is in none of the ledger's files once it is closed."""
    marker = "d4c0ffee" * 8
    with ledger.engine.begin() as connection:
        connection.execute(tables.gone.insert().values(hash=marker, dataset="d", run="r", state="done"))
    ledger.close()
    assert _holds(tmp_path, marker)
    with ledger.engine.begin() as connection:
        connection.execute(tables.gone.delete())
    ledger.close()
    assert not _holds(tmp_path, marker)


def _holds(folder: Path, marker: str) -> bool:
    return any(marker.encode() in path.read_bytes() for path in folder.iterdir())


def test_errors_hide_values(ledger: Ledger) -> None:
    """An error of the database shows no value that was bound."""
    insert = tables.gone.insert().values(hash="virtanen@example.com", dataset="d", run="r", state="done")
    with ledger.engine.begin() as connection:
        connection.execute(insert)
    with pytest.raises(sa.exc.IntegrityError) as caught, ledger.engine.begin() as connection:
        connection.execute(insert)
    assert "virtanen" not in str(caught.value)


def test_every_migration_is_named_in_its_order() -> None:
    """Files bear the revision that they make, and each follows the one before."""
    names = sorted(path.name for path in (MIGRATIONS / "versions").glob("0*.py"))
    revisions = [script.revision for script in reversed(list(_scripts().walk_revisions()))]
    assert [re.match(r"\d+", name) is not None for name in names] == [True] * len(names)
    assert [name[:4] for name in names] == revisions


def test_an_interrupted_migration_is_taken_up_again(tmp_path: Path) -> None:
    """A ledger whose file was made and nothing in it is brought up to date."""
    file = tmp_path / "ledger.db"
    with closing(sqlite3.connect(file)) as connection:
        connection.execute("PRAGMA journal_mode = WAL")
    copy = shutil.copy(file, tmp_path / "copy.db")
    ledger = Ledger(f"sqlite:///{copy}")
    assert ledger.requests() == []
    ledger.close()


def test_reasons_that_were_deleted_before_that_was_an_act(ledger: Ledger, tmp_path: Path) -> None:
    """The chain of an older ledger gets the act, and is whole; what is taken out from then on is found."""
    for number in range(3):
        ledger.record_look("subject", f"s{number}", "Ada", "a review", MOMENT.replace(hour=number))
    with ledger.engine.begin() as connection:
        connection.execute(tables.looks.delete().where(tables.looks.c.thing == "s0"))
        connection.execute(tables.audit.update().where(tables.audit.c.number == 1).values(why=None, salt=None))
        config, scripts = _config(), _scripts()
        config.attributes["connection"] = connection
        command.downgrade(config, str(scripts.get_revision("0020").down_revision))
    ledger.close()
    again = Ledger(f"sqlite:///{tmp_path / 'ledger.db'}")
    assert verify(again.engine) == []
    assert [(each.number, each.by, each.what, each.thing) for each in latest(again.engine, 1)] == [
        (4, "ansvar", "reasons.deleted", MOMENT.replace(hour=0).isoformat())
    ]
    with again.engine.begin() as connection:
        connection.execute(tables.audit.update().where(tables.audit.c.number == 2).values(why=None, salt=None))
    assert len(verify(again.engine)) == 1
    again.close()
