from bureau.admin import office, support

__all__ = ["office", "support"]
