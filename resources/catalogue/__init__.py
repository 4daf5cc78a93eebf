"""The catalogue: the one description of the data, from which everything else is derived."""

from resources.catalogue.loader import CatalogueError, load_register
from resources.catalogue.model import Catalogue, Dataset, Field, Source

__all__ = ["Catalogue", "CatalogueError", "Dataset", "Field", "Source", "load_register"]
