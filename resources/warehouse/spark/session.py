"""Sessions of Spark Connect as Ansvar opens them: in UTC, times without a zone, and nothing logged of what a server says."""

from __future__ import annotations

import logging
from contextlib import contextmanager
from typing import TYPE_CHECKING

import grpc
from pyspark.errors import PySparkException
from pyspark.sql.connect.client.core import DefaultChannelBuilder
from pyspark.sql.connect.client.retries import DefaultPolicy
from pyspark.sql.connect.session import SparkSession

from resources.errors import AnsvarError

if TYPE_CHECKING:
    from collections.abc import Iterator

_SET = {
    "spark.sql.session.timeZone": "UTC",
    "spark.sql.ansi.enabled": "true",
}
_OPTIONS = [("grpc.use_local_subchannel_pool", 1)]  # else a server that comes back is still taken for one that has gone
_RETRIES = 4  # of a server that does not answer, within some seconds
_QUOTING = ("pyspark.sql.connect.logging", "pyspark.sql.connect.client.core", "SQLQueryContextLogger", "DataFrameQueryContextLogger")
"""The client's loggers: what a server says quotes statements."""
FAILURES = (PySparkException, grpc.RpcError, OSError)
"""What goes wrong between here and a server."""


@contextmanager
def session(address: str) -> Iterator[SparkSession]:
    """A session of its own at a server, `sc://host:port`.

    Raises:
        AnsvarError: where nobody answers.
    """
    for logger in _QUOTING:
        logging.getLogger(logger).disabled = True
    try:
        opened = SparkSession.builder.channelBuilder(DefaultChannelBuilder(address, _OPTIONS)).create()
        opened.client.set_retry_policies([DefaultPolicy(max_retries=_RETRIES)])
        for key, value in _SET.items():
            opened.conf.set(key, value)
    except FAILURES as error:
        raise AnsvarError(
            f"The server of the warehouse at {address} does not answer: {type(error).__name__}. What is published is as it was."
        ) from None
    try:
        yield opened
    finally:
        opened.stop()
