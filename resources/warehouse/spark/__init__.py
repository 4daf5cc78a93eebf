"""The warehouse on many machines: the same statements, carried out by Apache Spark or Sail through Spark Connect."""

import sys
import warnings

_main = sys.modules["__main__"]
_is_named = _main.__spec__ is not None or hasattr(_main, "__file__")
if not _is_named:
    _main.__file__ = "-c"  # or the client takes this process for one that tries its own examples, and ends it
try:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", FutureWarning)  # of pandas 3, which nothing here uses: rows come and go as Arrow
        import pyspark.sql.connect.session  # noqa: F401 - with all that it needs
        from pyspark.sql.connect import utils
    utils.check_dependencies = lambda: None  # asked once: its modules ask it again, also later
finally:
    if not _is_named:
        del _main.__file__

warnings.filterwarnings("ignore", r"\[RETRIES_EXCEEDED\]", UserWarning)  # beside the error that says the same
