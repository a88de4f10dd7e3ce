"""Other people's files enter only with the digest that was pinned, from wherever they come."""

import hashlib
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from components.kubernetes.release_file import (
    ReleaseFile,
    ReleaseFileError,
    cache_derived,
    read_derived,
    read_release_file,
)

CONTENT = b"kind: CustomResourceDefinition\n"
DIGEST = hashlib.sha256(CONTENT).hexdigest()
OTHER = hashlib.sha256(b"another file").hexdigest()


class ReleasePage(ThreadingHTTPServer):
    """A release page on loopback that counts how often it is asked."""

    asked = 0


class Answer(BaseHTTPRequestHandler):
    def do_GET(self):
        assert isinstance(self.server, ReleasePage)
        self.server.asked += 1
        self.send_response(200)
        self.end_headers()
        self.wfile.write(CONTENT)

    def log_message(self, format, *args):
        pass


@pytest.fixture
def server():
    page = ReleasePage(("127.0.0.1", 0), Answer)
    thread = threading.Thread(target=page.serve_forever)
    thread.start()
    yield page
    page.shutdown()
    thread.join()
    page.server_close()


@pytest.fixture
def address(server):
    return f"http://127.0.0.1:{server.server_port}/crds.yaml"


def release(source, sha256=DIGEST):
    return ReleaseFile(name="crds.yaml of Example 1.0", source=str(source), sha256=sha256)


def test_a_file_with_the_pinned_digest_is_returned(tmp_path):
    (tmp_path / "crds.yaml").write_bytes(CONTENT)
    assert read_release_file(release(tmp_path / "crds.yaml"), tmp_path / "cache") == CONTENT


def test_what_was_made_of_a_file_is_kept_and_made_anew_when_it_is_damaged(tmp_path):
    file = release(tmp_path / "crds.yaml")
    assert read_derived(file, tmp_path / "cache") is None
    cache_derived(file, b'["made"]', tmp_path / "cache")
    assert read_derived(file, tmp_path / "cache") == b'["made"]'
    (kept,) = (tmp_path / "cache").iterdir()
    kept.write_bytes(kept.read_bytes().replace(b"made", b"fade"))
    assert read_derived(file, tmp_path / "cache") is None


def test_a_changed_file_is_refused_with_its_name_and_both_digests(tmp_path):
    path = tmp_path / "crds.yaml"
    path.write_bytes(CONTENT)
    with pytest.raises(ReleaseFileError) as refused:
        read_release_file(release(path, OTHER), tmp_path / "cache")
    for part in ("crds.yaml of Example 1.0", str(path), f"expected sha256 {OTHER}", f"got {DIGEST}"):
        assert part in str(refused.value)


def test_a_missing_file_is_named(tmp_path):
    with pytest.raises(ReleaseFileError, match=f"{tmp_path}/none.yaml"):
        read_release_file(release(tmp_path / "none.yaml"), tmp_path)


def test_a_download_happens_once(tmp_path, server, address):
    for _ in range(2):
        assert read_release_file(release(address), tmp_path / "cache") == CONTENT
    assert server.asked == 1


def test_a_changed_download_is_refused_and_never_kept(tmp_path, address):
    with pytest.raises(ReleaseFileError, match=f"expected sha256 {OTHER}, got {DIGEST}"):
        read_release_file(release(address, OTHER), tmp_path / "cache")
    assert not (tmp_path / "cache").exists()


def test_a_kept_file_that_was_changed_later_is_refused(tmp_path, address):
    read_release_file(release(address), tmp_path)
    (kept,) = tmp_path.iterdir()
    kept.write_bytes(b"changed")
    with pytest.raises(ReleaseFileError, match=str(kept)):
        read_release_file(release(address), tmp_path)


def test_without_the_internet_the_error_says_where_to_put_the_file(tmp_path, server, address):
    server.shutdown()
    server.server_close()
    with pytest.raises(ReleaseFileError) as refused:
        read_release_file(release(address), tmp_path)
    kept = str(refused.value).split("put the file at ")[1].split(";")[0]
    with open(kept, "wb") as stream:
        stream.write(CONTENT)
    assert read_release_file(release(address), tmp_path) == CONTENT


def test_a_mistyped_digest_is_a_mistake_of_the_pin_and_not_of_the_file():
    with pytest.raises(ValueError, match="64 lower-case hexadecimal"):
        release("crds.yaml", "192F8B")
