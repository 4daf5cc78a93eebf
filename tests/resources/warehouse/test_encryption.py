"""The warehouse at rest: without its key nothing can be read of any file that a run writes, and no byte can be changed unseen."""

from __future__ import annotations

import datetime as dt
import secrets
import shutil
import traceback
from typing import TYPE_CHECKING

import duckdb
import pytest

from resources.errors import AnsvarError
from resources.keys import PLAIN, Sealing, is_encrypted
from resources.warehouse import WarehouseError
from resources.warehouse import engine as engine_module
from resources.warehouse.engine import engine
from tests.resources.warehouse.runs import MOMENT, publish, state, warehouse_in

if TYPE_CHECKING:
    from pathlib import Path

    from resources.warehouse import Warehouse

KEY = secrets.token_hex(32)
SEALED = Sealing(KEY)
MARKS = [secrets.token_hex(16) for _ in range(50)]


def _found(folder: Path) -> int:
    """How many markers stand in any file below a folder; compression would hide them, so it is off."""
    contents = [path.read_bytes() for path in folder.rglob("*") if path.is_file()]
    return sum(any(mark.encode() in content for content in contents) for mark in MARKS)


def _write_marks(warehouse: Warehouse, run: str) -> None:
    with warehouse.writing(run) as opened:
        opened.run("PRAGMA force_compression = 'uncompressed'")
        opened.run("CREATE TABLE register.marks AS SELECT unnest($marks) AS mark", {"marks": MARKS})


def _current(warehouse: Warehouse) -> Path:
    return (warehouse.folder / "current").resolve()


@pytest.mark.parametrize(("sealing", "found"), [(PLAIN, len(MARKS)), (SEALED, 0)], ids=["plain", "encrypted"])
def test_no_marker_stands_in_a_file(tmp_path: Path, sealing: Sealing, found: int) -> None:
    """With a key no marker is found in the working copy, its log or the generation; without one, each is found in all of them."""
    warehouse = warehouse_in(tmp_path / "home", sealing)
    _write_marks(warehouse, "one")
    assert _found(tmp_path / "home") == found
    (tmp_path / "log").mkdir()
    with engine(tmp_path / "log" / "with.duckdb", tmp_path, key=None if sealing.plain else KEY) as opened:
        opened.run("PRAGMA disable_checkpoint_on_shutdown")
        opened.run("CREATE TABLE marks AS SELECT unnest($marks) AS mark", {"marks": MARKS})
        assert (tmp_path / "log" / "with.duckdb.wal").stat().st_size > 0
        assert _found(tmp_path / "log") == found
    warehouse.publish("one", MOMENT)
    assert _found(tmp_path / "home") == found
    with warehouse.reading() as opened:
        assert opened.count("SELECT count(*) FROM register.marks") == len(MARKS)


def test_what_spills_is_encrypted(tmp_path: Path) -> None:
    """What does not fit into memory is written to the temporary folder, and nothing of it can be read there."""
    with engine(tmp_path / "a.duckdb", tmp_path / "temporary", key=KEY, memory="60MB") as opened:
        opened.run("SET threads = 1")
        numbered = "SELECT number, 'plainly-' || lpad(CAST(hash(number) % 1000000000 AS VARCHAR), 9, '0') AS text"
        opened.run(f"CREATE TEMP TABLE spilt AS {numbered} FROM range(1500000) AS numbers(number) ORDER BY 2")
        files = list((tmp_path / "temporary").iterdir())
        assert sum(file.stat().st_size for file in files) > 1_000_000
        assert [file.name for file in files if b"plainly-" in file.read_bytes()] == []


def test_an_extension_that_was_changed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """DuckDB's cryptography is loaded only if its signature is right, also after another of its name was; nothing unsigned ever is."""
    file = tmp_path / "httpfs.duckdb_extension"
    shutil.copy(engine_module._extension(), file)
    monkeypatch.setattr(engine_module, "_extension", lambda: file)
    for _ in range(2):
        with engine(None, tmp_path, key=KEY) as opened:
            assert opened.scalar("SELECT current_setting('allow_unsigned_extensions')") is False
    content = bytearray(file.read_bytes())
    content[-1] ^= 1
    (tmp_path / "changed").write_bytes(content)
    (tmp_path / "changed").replace(file)
    with pytest.raises(WarehouseError, match="cryptography cannot be loaded"), engine(None, tmp_path, key=KEY):
        pass
    file.unlink()
    with pytest.raises(WarehouseError, match="cryptography cannot be loaded"), engine(None, tmp_path, key=KEY):
        pass


def test_a_plain_home_is_taken_over(tmp_path: Path) -> None:
    """A home that was written without a key is read as it is, and the next publication is encrypted, with all that was there."""
    publish(warehouse_in(tmp_path), "one", 1)
    warehouse = warehouse_in(tmp_path, SEALED)
    assert (state(warehouse)[0], is_encrypted(_current(warehouse))) == ([1], False)
    publish(warehouse, "two", 2)
    assert (state(warehouse), is_encrypted(_current(warehouse))) == (([1, 2], [1, 2], ["one", "two"]), True)
    assert {path.name for path in warehouse.folder.iterdir()} == {"current", "generation-two.duckdb", "writer.lock"}


def test_an_encrypted_home_is_made_plain(tmp_path: Path) -> None:
    """A setting leaves what comes next unencrypted; the key is still needed for what was there."""
    publish(warehouse_in(tmp_path, SEALED), "one", 1)
    opened = warehouse_in(tmp_path, Sealing(KEY, plain=True))
    publish(opened, "two", 2)
    assert (state(warehouse_in(tmp_path))[0], is_encrypted(_current(opened))) == ([1, 2], False)


def test_without_its_key(tmp_path: Path) -> None:
    """Without a key nothing is begun and nothing encrypted is read, and the error says what to do."""
    with pytest.raises(AnsvarError, match="no key for its warehouse yet: `ansvar init` makes one, or set ANSVAR_WAREHOUSE_KEY_FILE"):
        publish(warehouse_in(tmp_path, Sealing(None)), "one", 1)
    publish(warehouse_in(tmp_path, SEALED), "one", 1)
    with pytest.raises(AnsvarError, match=r"encrypted and its key is not there: put it back as warehouse[.]key into the home"):
        state(warehouse_in(tmp_path, Sealing(None)))


def test_with_another_key(tmp_path: Path) -> None:
    """A wrong key is said to be one; neither key stands in the error."""
    publish(warehouse_in(tmp_path, SEALED), "one", 1)
    wrong = "0" * 64
    with pytest.raises(WarehouseError, match="was encrypted with another key than the one that is set") as caught:
        state(warehouse_in(tmp_path, Sealing(wrong)))
    shown = "".join(traceback.format_exception(caught.value))
    assert (KEY in shown, wrong in shown) == (False, False)


def test_a_byte_that_was_changed(tmp_path: Path) -> None:
    """A changed byte of the data is noticed when they are read."""
    warehouse = warehouse_in(tmp_path, SEALED)
    _write_marks(warehouse, "one")
    warehouse.publish("one", MOMENT + dt.timedelta(days=1))
    file = _current(warehouse)
    content = bytearray(file.read_bytes())
    for position in range(20_000, len(content), 4_096):
        content[position] ^= 1
    file.write_bytes(content)
    with pytest.raises(WarehouseError):
        _read_marks(warehouse)


def _read_marks(warehouse: Warehouse) -> int:
    with warehouse.reading() as opened:
        return opened.count("SELECT count(DISTINCT mark) FROM register.marks")


def test_the_key_is_told_to_nobody(tmp_path: Path) -> None:
    """Neither the key's holder nor what the engine tells of its databases and settings shows the key."""
    assert KEY not in repr(SEALED)
    with engine(tmp_path / "a.duckdb", tmp_path, key=KEY) as opened:
        told = [opened.rows(f"SELECT * FROM {table}()") for table in ("duckdb_databases", "duckdb_settings", "duckdb_variables")]  # noqa: S608
        assert KEY not in repr(told)
        with pytest.raises(WarehouseError) as caught:
            opened.attach(tmp_path / "missing" / "b.duckdb", "other", key=KEY)
    assert KEY not in "".join(traceback.format_exception(caught.value))


def test_nothing_is_read_over_the_network(tmp_path: Path) -> None:
    """The extension that brings the cryptography would also read from addresses: that is refused before anything is asked."""
    with engine(tmp_path / "a.duckdb", tmp_path, key=KEY) as opened:
        for address in ("http://127.0.0.1:9/a.csv", "s3://a/b.csv", "hf://datasets/a/b/c.csv"):
            with pytest.raises(duckdb.PermissionException, match="disabled by configuration"):
                opened._connection.execute("SELECT * FROM read_csv($address)", {"address": address})
