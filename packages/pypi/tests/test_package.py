import os
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request

import pytest
from bigcommerce_mock import MockError, start

JANE = {"first_name": "Jane", "last_name": "Doe", "email": "jane@example.com"}


def status(url):
    try:
        with urllib.request.urlopen(url, timeout=5) as answer:
            return answer.status
    except urllib.error.HTTPError as failed:
        return failed.code


def gone(url):
    for _ in range(200):
        try:
            status(f"{url}/livez")
        except OSError:
            return True
        time.sleep(0.025)
    return False


def customers(mock, store):
    return mock.store(copy_of=store.hash).reset()["customers"]


def test_stores_are_private_and_go_back():
    with start(seed={"stores": {"shop": {"customers": [JANE]}}}) as mock, start() as other:
        assert mock.url != other.url
        assert mock.ca_pem.startswith("-----BEGIN CERTIFICATE-----")
        one, two = mock.store(seed={"customers": [JANE]}), mock.store(settings={"auth": "strict"})
        assert (customers(mock, one), customers(mock, two)) == (1, 0)
        assert status(f"{two.v3}/customers") == 401
        assert [r["status"] for r in two.requests({"status": "4xx"})] == [401]
        assert one.requests() == []
        assert [store["hash"] for store in mock.reset()["stores"]] == ["shop"]
    assert gone(mock.url) and gone(other.url)


def test_a_failed_verify_is_an_assertion(bigcommerce_store):
    with pytest.raises(AssertionError, match="^Expected at least 1 request"):
        bigcommerce_store.verify({"match": {"method": "PUT"}})


def test_a_bad_seed_is_told_with_its_place(bigcommerce_mock):
    with pytest.raises(MockError) as failed:
        bigcommerce_mock.store(seed={"customers": [{**JANE, "email": "jane"}]})
    assert str(failed.value) == "'jane' is not an email address (at /seed/customers/0/email)"


def test_a_start_that_fails_says_what_the_program_says(monkeypatch):
    with pytest.raises(MockError, match="/nonexistent/seed.yaml: No such file"):
        start(seed="/nonexistent/seed.yaml")
    monkeypatch.setenv("BIGCOMMERCE_MOCK_BINARY", "/nonexistent/program")
    with pytest.raises(MockError, match="no binary at /nonexistent/program"):
        start()


made = []


def test_each_test_has_a_store(bigcommerce_store, bigcommerce_mock):
    made.append(bigcommerce_store.hash)
    assert status(f"{bigcommerce_mock.url}/_mock/stores/{made[0]}") == 200


def test_the_store_before_is_gone(bigcommerce_store, bigcommerce_mock):
    # With pytest-xdist the test before may have run in another worker.
    assert bigcommerce_store.hash not in made
    for store in made:
        assert status(f"{bigcommerce_mock.url}/_mock/stores/{store}") == 404


@pytest.mark.parametrize("then", ["kill", "raise SystemError", "pass"])
def test_the_server_ends_with_its_parent(then):
    wait = "import time; time.sleep(60)" if then == "kill" else then
    code = f"import bigcommerce_mock\nprint(bigcommerce_mock.start().url, flush=True)\n{wait}"
    parent = subprocess.Popen(
        [sys.executable, "-c", code], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
    )
    with parent:
        url = parent.stdout.readline().strip()
        if then == "kill":
            os.kill(parent.pid, signal.SIGKILL)
        parent.wait(20)
    assert url and gone(url)
