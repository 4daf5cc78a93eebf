"""Fetch files of a folder into landing, as UTF-8."""

from __future__ import annotations

import codecs
import gzip
import json
import shutil
import zlib
from pathlib import Path
from typing import TYPE_CHECKING

import pandas as pd

from resources.connectors.source_error import SourceError

if TYPE_CHECKING:
    from resources.connectors.landing import Batch, RawFile

UNDECODABLE = "\ufdd0"  # a Unicode noncharacter: it never stands in text, so it can mark what could not be decoded
NOWHERE = "\ufdd1"  # another, which is kept out of landing, so it can be the delimiter of lines that have none
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
    try:
        found = sorted(file for file in path.glob(pattern) if file.is_file())
    except (ValueError, NotImplementedError):
        raise SourceError(source, f"'{pattern}' is no pattern of files within its folder: mend 'files' in the YAML") from None
    if not found:
        raise SourceError(source, f"no file in its folder matches '{pattern}': mend 'files' in the YAML, or see why none was delivered")
    return found


def fetch_text(source: str, folder: str, pattern: str, encoding: str, batch: Batch) -> list[RawFile]:
    """Copy text files into a batch as UTF-8; `.gz` is decompressed, and what cannot be decoded is marked."""
    try:
        b" ".decode(encoding, "ignore")  # refuses what is no encoding of text, as `hex`
        decoder = codecs.getincrementaldecoder("utf-8-sig" if encoding.lower().replace("_", "-") in ("utf-8", "utf8") else encoding)
    except (LookupError, ValueError):
        raise SourceError(source, f"'{encoding}' is no encoding of text that Python knows: mend 'encoding' in the YAML") from None
    fetched = []
    for file in matching(source, folder, pattern):
        target = batch.new_file(file.name)
        opener = gzip.open if file.suffix == ".gz" else open
        decode = decoder(errors="ansvar.mark")
        try:
            with opener(file, "rb") as reading, target.path.open("w", encoding="utf-8", newline="") as writing:
                while piece := reading.read(_PIECE):
                    writing.write(decode.decode(piece).replace(NOWHERE, UNDECODABLE))
                writing.write(decode.decode(b"", final=True))
        except (OSError, EOFError, zlib.error) as error:
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
