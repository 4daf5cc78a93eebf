"""The warehouse on many machines: the same statements, carried out by Apache Spark or Sail through Spark Connect."""

import warnings

with warnings.catch_warnings():
    warnings.simplefilter("ignore", FutureWarning)  # of pandas 3, which nothing here uses: rows come and go as Arrow
    import pyspark.sql.connect.session  # noqa: F401 - it warns when it is first imported

warnings.filterwarnings("ignore", r"\[RETRIES_EXCEEDED\]", UserWarning)  # beside the error that says the same
