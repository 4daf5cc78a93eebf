"""What every run would read or make anew, read and made once before runs are forked: texts, countries, words, templates."""

from __future__ import annotations

import inspect
import sys
from contextlib import suppress
from typing import TYPE_CHECKING

from assets.page import environment
from resources.errors import AnsvarError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

_OURS = ("assets", "pipelines", "resources")
_TEMPLATES = ("assets.rights",)  # of what a person waits for


def warm() -> None:
    """Fill every cache that takes no argument, and compile the templates of bundles."""
    for load in set(_caches()):
        with suppress(AnsvarError):  # what cannot be had here is told by the run that needs it
            load()
    for package in _TEMPLATES:
        templates = environment(package)
        for name in templates.list_templates(extensions=["html"]):
            templates.get_template(name)


def _caches() -> Iterator[Callable[[], object]]:
    for name, module in list(sys.modules.items()):
        if name.partition(".")[0] in _OURS:
            for each in vars(module).values():
                if hasattr(each, "cache_info") and not inspect.signature(each).parameters:
                    yield each
