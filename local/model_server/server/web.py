"""The HTTP side: aiohttp takes requests, threads answer them, and SIGTERM ends it without dropping any."""

import asyncio
import os
import signal
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

from aiohttp import web

from .request_log import request_line
from .rest import Answer, Rest

# Bytes of a body; pictures in JSON are large, and memory is not endless.
LARGEST_BODY = 128 * 1024 * 1024
# Seconds at the end for clients that keep their connection to hear that it closes, then for the requests in
# flight; the pod is killed twenty seconds after SIGTERM.
FAREWELL, LAST_REQUESTS = 2, 15
# As many for each processor as TensorFlow Serving has.
THREADS_PER_PROCESSOR = 4


async def serve(rest: Rest, port: int, metrics_path: str | None, page_text: Callable[[], str]) -> None:
    """Open the port, and return when a signal came and the requests in flight are answered."""
    ended = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, ended.set)
    with ThreadPoolExecutor(max_workers=THREADS_PER_PROCESSOR * (os.cpu_count() or 1)) as pool:

        async def answer(request: web.Request) -> web.Response:
            try:
                body = await request.read()
            except web.HTTPRequestEntityTooLarge:
                text = f'{{"error": "a request may have {LARGEST_BODY} bytes"}}'
                return response(Answer(code=413, text=text))
            path = request.rel_url.raw_path
            if request.method != "POST":
                # Quick, and a probe must not wait for a thread behind predictions.
                return response(rest.answer(request.method, path, body))
            began = time.perf_counter()
            found = await loop.run_in_executor(pool, rest.answer, request.method, path, body)
            print(request_line(found, request.headers, time.perf_counter() - began), flush=True)
            return response(found)

        def response(answer: Answer) -> web.Response:
            made = web.Response(status=answer.code, text=answer.text, content_type="application/json")
            if ended.is_set():
                made.force_close()
            return made

        async def page(_: web.Request) -> web.Response:
            return web.Response(text=page_text(), content_type="text/plain")

        application = web.Application(client_max_size=LARGEST_BODY)
        if metrics_path:
            application.router.add_get(metrics_path, page)
        application.router.add_route("*", "/{path:.*}", answer)
        runner = web.AppRunner(application, access_log=None, shutdown_timeout=LAST_REQUESTS)
        await runner.setup()
        try:
            site = web.TCPSite(runner, port=port)
            await site.start()
            print(f"Exporting HTTP/REST API at:localhost:{port} ...", flush=True)
            await ended.wait()
            print("Stopping: no new connections, requests of those that are there are answered", flush=True)
            await site.stop()
            # Closed without a word, a connection loses the request that its client is sending just then.
            await _until_closed(runner, FAREWELL)
        finally:
            await runner.cleanup()


async def _until_closed(runner: web.AppRunner, seconds: float) -> None:
    """Return when no client has a connection, or when the time is over."""
    end = time.monotonic() + seconds
    while runner.server is not None and runner.server.connections and time.monotonic() < end:
        await asyncio.sleep(0.05)
