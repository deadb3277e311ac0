# Run on Debian 12 with Python 3.11, pytest 9.2.0 and requests 2.34.2, bigcommerce-mock in the PATH: pytest
import subprocess

import pytest
import requests


@pytest.fixture(scope="session")
def mock():
    command = ["bigcommerce-mock", "--port", "0", "--seed", "none", "--password-hashing", "fast"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as server:
        # The first line that it prints: listening on http://127.0.0.1:12345
        yield server.stdout.readline().split()[-1]
        server.terminate()


@pytest.fixture
def store(mock):
    jane = {"first_name": "Jane", "last_name": "Doe", "email": "jane@example.com"}
    store = requests.post(f"{mock}/_mock/stores", json={"seed": {"customers": [jane]}}).json()
    yield store
    requests.delete(f"{mock}/_mock/stores/{store['hash']}")


def test_a_customer_is_found_by_email(store):
    url, headers = store["urls"]["v3"] + "/customers", {"X-Auth-Token": store["token"]}
    found = requests.get(url, params={"email:in": "jane@example.com"}, headers=headers).json()
    assert [customer["id"] for customer in found["data"]] == [1]


def test_an_email_can_be_used_once(store):
    url, headers = store["urls"]["v3"] + "/customers", {"X-Auth-Token": store["token"]}
    jane = {"first_name": "Jane", "last_name": "Roe", "email": "JANE@example.com"}
    assert requests.post(url, json=[jane], headers=headers).status_code == 422
