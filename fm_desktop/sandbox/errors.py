"""What the API answers when it will not do something: every code and status in this one place.

900, 901 and 910 are the vendor's own codes and -1 with "not exist" its answer for a missing record.
The others, and the HTTP statuses that go with all of them, are undocumented and chosen here.
"""

from __future__ import annotations

MISSING = -1
BAD_WHERE = 901
INVALID = 902
READ_ONLY = 903
FIXED = 904
UNKNOWN_RESOURCE = 910
NO_SESSION = 401
TOO_MANY = 429


class ApiError(Exception):
    """An answer of the API other than success: HTTP `status`, and the body `{"code", "error"}`."""

    def __init__(self, status: int, code: int, error: str) -> None:
        super().__init__(error)
        self.status = status
        self.code = code
        self.error = error

    def body(self) -> dict[str, object]:
        return {"code": self.code, "error": self.error}


def missing() -> ApiError:
    return ApiError(400, MISSING, "not exist")


def bad_where(why: str) -> ApiError:
    return ApiError(400, BAD_WHERE, f"SQL is not generated correctly: {why}")


def invalid(why: str) -> ApiError:
    return ApiError(400, INVALID, why)


def read_only(resource: str, row_id: int) -> ApiError:
    return ApiError(400, READ_ONLY, f"{resource} {row_id} is read only: it can be neither changed nor deleted")


def fixed(resource: str) -> ApiError:
    return ApiError(405, FIXED, f"{resource} can be neither changed nor deleted")


def unknown_resource(name: str) -> ApiError:
    return ApiError(400, UNKNOWN_RESOURCE, f"the resource {name!r} does not exist")


def no_session(why: str) -> ApiError:
    return ApiError(401, NO_SESSION, why)


def too_many() -> ApiError:
    return ApiError(429, TOO_MANY, "too many requests")
