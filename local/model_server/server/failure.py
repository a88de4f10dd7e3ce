"""Why a request got no answer: TensorFlow's status names, and TensorFlow Serving's HTTP codes for them."""

HTTP_CODES = {
    "OK": 200,
    "CANCELLED": 499,
    "UNKNOWN": 500,
    "INVALID_ARGUMENT": 400,
    "DEADLINE_EXCEEDED": 504,
    "NOT_FOUND": 404,
    "ALREADY_EXISTS": 409,
    "PERMISSION_DENIED": 403,
    "RESOURCE_EXHAUSTED": 429,
    "FAILED_PRECONDITION": 400,
    "ABORTED": 409,
    "OUT_OF_RANGE": 400,
    "UNIMPLEMENTED": 501,
    "INTERNAL": 500,
    "UNAVAILABLE": 503,
    "DATA_LOSS": 500,
    "UNAUTHENTICATED": 401,
}


class Failure(Exception):
    """A request that failed, with a status name; its text goes to the client."""

    def __init__(self, status: str, message: str) -> None:
        super().__init__(message)
        self.status = status


def invalid(message: str) -> Failure:
    """The client's mistake."""
    return Failure("INVALID_ARGUMENT", message)


def not_found(message: str) -> Failure:
    """Something that this server does not have."""
    return Failure("NOT_FOUND", message)
