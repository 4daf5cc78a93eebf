"""Sessions of Spark Connect as Ansvar opens them: in UTC, times without a zone, and nothing logged of what a server says."""

from __future__ import annotations

import logging
from contextlib import contextmanager
from typing import TYPE_CHECKING

import grpc
from pyspark.errors import PySparkException
from pyspark.sql.connect.session import SparkSession

from resources.warehouse.engine import WarehouseError

if TYPE_CHECKING:
    from collections.abc import Iterator

_SET = {
    "spark.sql.session.timeZone": "UTC",
    "spark.sql.ansi.enabled": "true",
}
FAILURES = (PySparkException, grpc.RpcError, OSError)
"""What goes wrong between here and a server."""


@contextmanager
def session(address: str) -> Iterator[SparkSession]:
    """A session of its own at a server, `sc://host:port`.

    Raises:
        WarehouseError: where nobody answers.
    """
    logging.getLogger("pyspark").setLevel(logging.CRITICAL + 1)  # what a server says quotes statements
    try:
        opened = SparkSession.builder.remote(address).create()
        for key, value in _SET.items():
            opened.conf.set(key, value)
    except FAILURES as error:
        raise WarehouseError(f"The server of the warehouse at {address} does not answer: {type(error).__name__}.") from None
    try:
        yield opened
    finally:
        opened.stop()
