from registry.admin import registers

__all__ = ["registers"]
