"""The warehouse: the register's bulk tables."""

from resources.warehouse.base import Engine
from resources.warehouse.engine import WarehouseError
from resources.warehouse.generations import Warehouse

__all__ = ["Engine", "Warehouse", "WarehouseError"]
