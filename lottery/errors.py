"""The one error of the protocol package."""


class ProtocolError(ValueError):
    """One Chinese sentence for the user: what is wrong, where, and what to do."""
