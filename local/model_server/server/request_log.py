"""One line of JSON for each prediction, in the schema of the platform's logs (docs/logging.md)."""

import json
import uuid
from collections.abc import Mapping

from .rest import Answer

# Whoever asks may give a request its id, to find it again in the logs of all that it went through.
ID_HEADER = "X-Request-Id"
# Of an id that somebody else chose: longer ones are cut.
LONGEST_ID = 128


def request_line(answer: Answer, headers: Mapping[str, str], seconds: float) -> str:
    """What the log says of one prediction."""
    told: dict[str, object] = {
        "event": "request",
        "level": "info" if answer.code < 400 else "warning" if answer.code < 500 else "error",
        "request_id": headers.get(ID_HEADER, "")[:LONGEST_ID] or str(uuid.uuid4()),
        "model": answer.model,
        "version": answer.version,
        "status": answer.code,
        "latency_ms": round(seconds * 1000, 3),
        "error": json.loads(answer.text).get("error") if answer.code >= 400 else None,
    }
    return json.dumps({key: value for key, value in told.items() if value is not None}, ensure_ascii=False)
