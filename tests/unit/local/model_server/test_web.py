"""The port: what is in flight at a SIGTERM is answered, and a slow prediction keeps no probe waiting."""

import asyncio
import os
import signal
import socket
import time
from collections.abc import Awaitable, Callable
from typing import Any

import aiohttp
import pytest

from local.model_server.server import web
from local.model_server.server.rest import Answer

SLOW = 0.5


class SlowRest:
    """Answers GET at once and POST later, in the thread that asks."""

    def answer(self, method: str, path: str, body: bytes) -> Answer:
        if method == "POST":
            time.sleep(SLOW)
        return Answer(code=200, text=f'{{"path": "{path}", "size": {len(body)}}}')


def serving(check: Callable[[aiohttp.ClientSession], Awaitable[None]]) -> None:
    """Run the server, let `check` talk to it, and end it by SIGTERM if `check` did not."""

    async def both() -> None:
        with socket.create_server(("127.0.0.1", 0)) as found:
            port = found.getsockname()[1]
        rest: Any = SlowRest()
        server = asyncio.create_task(web.serve(rest, port, "/metrics", lambda: "# page\n"))
        async with aiohttp.ClientSession(f"http://127.0.0.1:{port}") as client:
            for _ in range(100):
                await asyncio.sleep(0.02)
                try:
                    await client.get("/")
                    break
                except aiohttp.ClientConnectorError:
                    continue
            await check(client)
            if not server.done():
                os.kill(os.getpid(), signal.SIGTERM)
            # The server waits a while for those who keep their connection.
            await client.close()
            await asyncio.wait_for(server, timeout=5)

    asyncio.run(both())


def test_a_request_in_flight_is_answered_after_the_signal_and_new_ones_are_refused():
    async def check(client: aiohttp.ClientSession) -> None:
        slow = asyncio.create_task(client.post("/v1/models/m:predict", data=b"12345"))
        await asyncio.sleep(SLOW / 5)
        os.kill(os.getpid(), signal.SIGTERM)
        await asyncio.sleep(SLOW / 5)
        with pytest.raises(aiohttp.ClientConnectorError):
            await client.get("/v1/models/m")
        assert await (await slow).json() == {"path": "/v1/models/m:predict", "size": 5}

    serving(check)


def test_a_client_that_keeps_its_connection_is_answered_once_more_and_told_that_it_closes():
    async def check(client: aiohttp.ClientSession) -> None:
        await client.get("/v1/models/m")
        os.kill(os.getpid(), signal.SIGTERM)
        # Longer than the server needs to see the signal, and shorter than it waits.
        await asyncio.sleep(SLOW)
        answer = await client.get("/v1/models/m")
        assert (answer.status, answer.headers["Connection"]) == (200, "close")

    serving(check)


def test_a_probe_is_answered_while_predictions_take_their_time():
    async def check(client: aiohttp.ClientSession) -> None:
        slow = [asyncio.create_task(client.post("/v1/models/m:predict")) for _ in range(3)]
        await asyncio.sleep(SLOW / 5)
        assert (await client.get("/v1/models/m/metadata")).status == 200
        assert not any(task.done() for task in slow)
        await asyncio.gather(*slow)

    serving(check)


def test_metrics_are_plain_text_at_the_configured_path():
    async def check(client: aiohttp.ClientSession) -> None:
        answer = await client.get("/metrics")
        assert (answer.content_type, await answer.text()) == ("text/plain", "# page\n")

    serving(check)


def test_a_slash_within_a_name_is_no_slash_of_the_path():
    async def check(client: aiohttp.ClientSession) -> None:
        answer = await client.get("/v1/models/a%2Fb?x=y")
        assert (await answer.json())["path"] == "/v1/models/a%2Fb"

    serving(check)


def test_a_body_over_the_limit_is_refused_and_not_kept(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(web, "LARGEST_BODY", 10)

    async def check(client: aiohttp.ClientSession) -> None:
        answer = await client.post("/v1/models/m:predict", data=b"x" * 11)
        assert (answer.status, await answer.json()) == (413, {"error": "a request may have 10 bytes"})

    serving(check)
