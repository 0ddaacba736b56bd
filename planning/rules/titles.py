"""How a long title breaks: after the authority's name, where a reader would draw breath (GB/T 9704-2012, 7.3.1)."""


def title_lines(title: str, authority: str) -> list[str]:
    """One line or two; a title that is the authority's name alone stays whole."""
    rest = title.removeprefix(authority)
    return [authority, rest] if rest and rest != title else [title]
