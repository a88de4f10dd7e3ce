"""How a plugin's process lives: as long as its engine, and not a moment longer."""

import os
import signal
import threading
from concurrent.futures import ThreadPoolExecutor

import grpc
from pulumi.runtime.proto import provider_pb2_grpc

from local.plugins.provider import Provider

# As the engine and the official plugins: a state can hold large files.
_LARGEST_MESSAGE = 400 * 1024 * 1024
# More than the engine ever runs at once, since most of them only wait.
_WORKERS = 128
# Seconds between two looks at whether the engine is still there.
_LOOK = 0.5
# Seconds that what runs gets to end when the engine was killed: more than a command gets to end itself.
_LAST_SECONDS = 12


def serve(provider: Provider) -> None:
    """Serve until the engine ends this process, or is gone itself.

    The port on standard output is the protocol's first word.
    """
    engine = os.getppid()
    workers = ThreadPoolExecutor(_WORKERS)
    options = [
        ("grpc.max_receive_message_length", _LARGEST_MESSAGE),
        ("grpc.max_send_message_length", _LARGEST_MESSAGE),
    ]
    server = grpc.server(workers, options=options)
    provider_pb2_grpc.add_ResourceProviderServicer_to_server(provider, server)
    port = server.add_insecure_port("127.0.0.1:0")
    ended = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: ended.set())
    server.start()
    print(port, flush=True)
    while not ended.wait(_LOOK) and os.getppid() == engine:
        pass
    # A killed engine cannot cancel what it began; nobody would ever know how it ended.
    provider.cancelled.set()
    server.stop(None)
    last = threading.Thread(target=workers.shutdown, daemon=True)
    last.start()
    last.join(_LAST_SECONDS)
    os._exit(0)
