"""Starts bigcommerce-mock, and makes private stores in it."""

from __future__ import annotations

import atexit
import json
import os
import subprocess
import sys
import tempfile
import threading
import urllib.error
import urllib.parse
import urllib.request
from pathlib import Path
from typing import Any, Mapping, NoReturn, Sequence

__all__ = ["Mock", "MockError", "Store", "start"]

# Never through a proxy that the environment names: the server is on this machine.
_opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))


class MockError(Exception):
    """What the program says is wrong."""


def binary() -> str:
    name = "bigcommerce-mock.exe" if os.name == "nt" else "bigcommerce-mock"
    path = os.environ.get("BIGCOMMERCE_MOCK_BINARY") or str(Path(__file__).parent / "bin" / name)
    if not os.path.isfile(path):
        raise MockError(
            f"bigcommerce-mock: there is no binary at {path}.\nUse the container image, or run 'cargo install --git "
            "https://github.com/bigcommerce-mock/bigcommerce-mock' "
            "and set BIGCOMMERCE_MOCK_BINARY=/path/to/bigcommerce-mock"
        )
    return path


def main() -> NoReturn:
    try:
        command = [binary(), *sys.argv[1:]]
    except MockError as error:
        sys.exit(str(error))
    if os.name == "nt":
        sys.exit(subprocess.call(command))
    os.execv(command[0], command)


def _call(url: str, method: str, route: str, body: Any = None) -> Any:
    data = None if body is None else json.dumps(body).encode()
    request = urllib.request.Request(url + route, data, {"Content-Type": "application/json"}, method=method)
    try:
        with _opener.open(request, timeout=90) as answer:
            text = answer.read()
    except urllib.error.HTTPError as failed:
        with failed:
            text = failed.read().decode()
        try:
            error = json.loads(text)["error"]
        except (ValueError, KeyError, TypeError):
            raise MockError(f"{method} {route}: {failed.code} {text}") from None
        # What a failed verify says is made for a failed test, and stays as it is.
        if error["code"] == "verification_failed":
            raise AssertionError(error["message"]) from None
        at = f" (at {error['at']})" if "at" in error else ""
        hint = f"; {error['hint']}" if "hint" in error else ""
        raise MockError(f"{error['message']}{at}{hint}") from None
    return json.loads(text) if text else None


class Store:
    """A private store."""

    def __init__(self, mock_url: str, made: Mapping[str, Any]) -> None:
        self.hash: str = made["hash"]
        self.token: str | None = made["token"]
        self.url = f"{mock_url}/stores/{self.hash}"
        self.v2: str = made["urls"]["v2"]
        self.v3: str = made["urls"]["v3"]
        self._mock_url = mock_url

    def _call(self, method: str, route: str, body: Any = None) -> Any:
        return _call(self._mock_url, method, f"/_mock/stores/{self.hash}{route}", body)

    def delete(self) -> None:
        self._call("DELETE", "")

    def reset(self) -> dict[str, Any]:
        return self._call("POST", "/reset")

    def verify(self, expectation: Mapping[str, Any]) -> dict[str, Any]:
        """AssertionError with the server's text if requests were not received as they should."""
        return self._call("POST", "/verify", expectation)

    def requests(self, query: Mapping[str, str] | None = None) -> list[dict[str, Any]]:
        return self._call("GET", f"/requests?{urllib.parse.urlencode(query or {})}")["requests"]


class Mock:
    """A running server. `with start() as mock:` stops it at the end."""

    def __init__(self, process: subprocess.Popen[str], watcher: subprocess.Popen[bytes] | None, url: str) -> None:
        self.url = url
        self.ca_pem: str | None = None
        self._process = process
        self._watcher = watcher
        atexit.register(self.stop)

    def store(self, *, settings: Mapping[str, Any] | None = None, **options: Any) -> Store:
        """`options` are the body of `POST /_mock/stores`: hash, seed, copy_of, snapshot, replace."""
        store = Store(self.url, _call(self.url, "POST", "/_mock/stores", options))
        if settings is not None:
            try:
                store._call("PATCH", "/settings", settings)
            except MockError:
                store.delete()
                raise
        return store

    def reset(self) -> dict[str, Any]:
        return _call(self.url, "POST", "/_mock/reset")

    def stop(self) -> None:
        atexit.unregister(self.stop)
        _end(self._process, self._watcher)

    def __enter__(self) -> Mock:
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()


def _end(process: subprocess.Popen[str], watcher: subprocess.Popen[bytes] | None) -> None:
    # The watcher first: it must not meet another process under the server's id.
    if watcher is not None:
        watcher.kill()
        watcher.wait()
        if watcher.stdin:
            watcher.stdin.close()
    process.terminate()
    try:
        process.wait(10)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
    if process.stdout:
        process.stdout.close()


def start(
    *,
    seed: str | os.PathLike[str] | Mapping[str, Any] = "none",
    port: int = 0,
    args: Sequence[str] = (),
    env: Mapping[str, str] | None = None,
    timeout: float = 10,
) -> Mock:
    """Starts a server. `seed` is `none`, `demo`, the path of a seed file, or what such a file holds."""
    program = binary()
    with tempfile.TemporaryDirectory(prefix="bigcommerce-mock-") as directory:
        if isinstance(seed, Mapping):
            # A file, not a call: so POST /_mock/reset goes back to it.
            file = Path(directory) / "seed.json"
            file.write_text(json.dumps(seed))
            seed = file
        command = [program, "--port", str(port), "--seed", os.fspath(seed), *args]
        return _spawn(command, {**os.environ, **(env or {})}, timeout)


def _spawn(command: list[str], env: dict[str, str], timeout: float) -> Mock:
    # A file takes any amount of log, without anybody who reads it.
    with tempfile.TemporaryFile("w+") as errors:
        process = subprocess.Popen(
            command, env=env, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=errors, text=True
        )
        watcher = None
        if os.name != "nt":
            # Its input ends with this process, however that ends; then it ends the server.
            watch = ["sh", "-c", 'read -r _; kill "$0"', str(process.pid)]
            quiet = subprocess.DEVNULL
            watcher = subprocess.Popen(watch, stdin=subprocess.PIPE, stdout=quiet, stderr=quiet)
        late = threading.Event()
        timer = threading.Timer(timeout, lambda: (late.set(), process.kill()))
        timer.start()
        assert process.stdout is not None
        line = process.stdout.readline()
        timer.cancel()
        if not line.startswith("listening on "):
            _end(process, watcher)
            errors.seek(0)
            why = f"did not start within {timeout} s" if late.is_set() else "ended at its start"
            raise MockError(errors.read().strip() or f"bigcommerce-mock {why}")
    mock = Mock(process, watcher, line[len("listening on ") :].strip())
    try:
        with _opener.open(f"{mock.url}/_mock/ca.pem", timeout=10) as answer:
            mock.ca_pem = answer.read().decode()
    except urllib.error.HTTPError as without:
        without.close()
    except BaseException:
        mock.stop()
        raise
    return mock
