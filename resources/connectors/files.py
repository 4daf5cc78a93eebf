"""Fetch files of a folder into landing, as UTF-8."""

from __future__ import annotations

import codecs
import gzip
import json
import shutil
from pathlib import Path
from typing import TYPE_CHECKING

import pandas as pd

from resources.connectors.source_error import SourceError

if TYPE_CHECKING:
    from resources.connectors.landing import Batch, RawFile

UNDECODABLE = "\ufdd0"  # a Unicode noncharacter: it never stands in text, so it can mark what could not be decoded
_PIECE = 1 << 22


def _mark(error: UnicodeError) -> tuple[str, int]:
    end = error.end if isinstance(error, UnicodeDecodeError) else 0
    return UNDECODABLE, end


codecs.register_error("ansvar.mark", _mark)


def matching(source: str, folder: str, pattern: str) -> list[Path]:
    """The files of a folder that match a glob, sorted by name.

    Raises:
        SourceError: where there is no such folder or no such file.
    """
    path = Path(folder)
    if not path.is_dir():
        raise SourceError(source, "its folder does not exist: mend the path in its settings, or make the folder")
    found = sorted(file for file in path.glob(pattern) if file.is_file())
    if not found:
        raise SourceError(source, f"no file in its folder matches '{pattern}': mend 'files' in the YAML, or see why none was delivered")
    return found


def fetch_text(source: str, folder: str, pattern: str, encoding: str, batch: Batch) -> list[RawFile]:
    """Copy text files into a batch as UTF-8; `.gz` is decompressed, and what cannot be decoded is marked."""
    try:
        decoder = codecs.getincrementaldecoder("utf-8-sig" if encoding.lower().replace("_", "-") in ("utf-8", "utf8") else encoding)
    except LookupError:
        raise SourceError(source, f"'{encoding}' is no encoding that Python knows: mend 'encoding' in the YAML") from None
    fetched = []
    for file in matching(source, folder, pattern):
        target = batch.new_file(file.name)
        opener = gzip.open if file.suffix == ".gz" else open
        decode = decoder(errors="ansvar.mark")
        try:
            with opener(file, "rb") as reading, target.path.open("w", encoding="utf-8", newline="") as writing:
                while piece := reading.read(_PIECE):
                    writing.write(decode.decode(piece))
                writing.write(decode.decode(b"", final=True))
        except (OSError, EOFError) as error:
            raise SourceError(
                source, f"one of its files cannot be read ({type(error).__name__}): see its permissions, and whether it is whole"
            ) from None
        fetched.append(target)
    return fetched


def fetch_parquet(source: str, folder: str, pattern: str, batch: Batch) -> list[RawFile]:
    """Copy Parquet files into a batch."""
    fetched = []
    for file in matching(source, folder, pattern):
        target = batch.new_file(file.name)
        shutil.copyfile(file, target.path)
        fetched.append(target)
    return fetched


def fetch_listing(source: str, folder: str, pattern: str, batch: Batch) -> list[RawFile]:
    """List files as records of `file` (name), `bytes` and `modified` (ISO 8601, UTC), one JSON document a line."""
    target = batch.new_file("listing.ndjson")
    with target.path.open("w", encoding="utf-8") as writing:
        for file in matching(source, folder, pattern):
            status = file.stat()
            modified = pd.Timestamp(status.st_mtime, unit="s", tz="UTC").isoformat()
            writing.write(json.dumps({"file": file.name, "bytes": status.st_size, "modified": modified}) + "\n")
    return [target]
