"""What all pages that Ansvar writes share: one look, and the settings of the templates. A page fetches nothing and runs nothing."""

from functools import cache

from jinja2 import ChoiceLoader, Environment, PackageLoader, StrictUndefined


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
