"""The warehouse: the register's bulk tables."""

from resources.warehouse.engine import Engine, WarehouseError
from resources.warehouse.generations import Warehouse

__all__ = ["Engine", "Warehouse", "WarehouseError"]
