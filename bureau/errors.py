"""What a service may say to a person. `bureau.middleware.RuleErrorMiddleware` turns these into pages."""


class RuleError(Exception):
    """A rule refuses: a Chinese sentence that says what is wrong and what to do. HTTP 422 on a page of its own, or shown on the form."""

    status = 422

    def __init__(self, message: str) -> None:
        super().__init__(message)
        self.message = message


class Conflict(RuleError):
    """The state has moved on: somebody else was first. HTTP 409 with what happened."""

    status = 409


class Forbidden(RuleError):
    """Inside one's scope, but without the role or excluded in this case (per-case incompatibility). HTTP 403."""

    status = 403
