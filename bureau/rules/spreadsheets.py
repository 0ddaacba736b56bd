"""Text that no spreadsheet takes for a formula: what people typed must never calculate on another's machine."""

FORMULA = ("=", "+", "-", "@", "\t", "\r")


def neutral(text: str) -> str:
    """An apostrophe before what a spreadsheet could take for a formula, even after a detour through CSV.

    Control characters, which the XML inside a workbook cannot hold, are left out.
    """
    legal = "".join(c for c in text if c >= " " or c in "\t\n\r")
    return f"'{legal}" if legal.startswith(FORMULA) else legal
