"""What stands in an address or in a hidden field, where no form reads it."""


def whole(text: object, *, otherwise: int = 0, digits: int = 9) -> int:
    """The whole number written in ASCII digits, else `otherwise`.

    `str.isdigit` alone lets “²” pass, which is no number, and thousands of digits, which Python refuses to read.
    """
    if isinstance(text, str) and text.isascii() and text.isdigit() and len(text) <= digits:
        return int(text)
    return otherwise
