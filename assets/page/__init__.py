"""What all pages that Ansvar writes share: one look, and the settings of the templates. A page fetches nothing and runs nothing."""

import re
from functools import cache

from jinja2 import ChoiceLoader, Environment, PackageLoader, StrictUndefined

# What no page may hold (the control characters and noncharacters of HTML), and what turns the text after it around, unseen.
_UNSEEN = re.compile("[\x00-\x08\x0b\x0e-\x1f\x7f-\x9f\u202d\u202e\ufdd0-\ufdef\ufffe\uffff]")


def visible(text: str) -> str:
    """A text in which a replacement character stands for each sign that is not seen and does harm: NUL and its like, U+202D and U+202E."""
    return _UNSEEN.sub("\ufffd", text)


@cache  # templates are compiled once, not for each page
def environment(package: str) -> Environment:
    """The templates in a package's folder `templates`, which may include `page.css`; what is filled in is escaped for HTML."""
    return Environment(
        loader=ChoiceLoader([PackageLoader(package), PackageLoader("assets.page")]),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
