"""Column lineage: what every column of every table is made of, up to the source system's field, and the tags that it therefore bears.

Worked out of the catalogue and of the SQL that really runs; no record is read.
"""

from assets.lineage.build import assemble, build_lineage
from assets.lineage.graph import Column, Coverage, Lineage, Table

__all__ = ["Column", "Coverage", "Lineage", "Table", "assemble", "build_lineage"]
