# Type-checked, not run: starting it needs a container engine. Python 3.11, testcontainers 4.15.0, pytest, requests.
import pytest
import requests
from testcontainers.core.container import DockerContainer
from testcontainers.core.wait_strategies import HealthcheckWaitStrategy


@pytest.fixture(scope="session")
def mock():
    container = DockerContainer("bigcommerce-mock").with_exposed_ports(2442)
    container.with_env("BCMOCK_SEED", "none").with_env("BCMOCK_PASSWORD_HASHING", "fast")
    # The image has a health check.
    container.waiting_for(HealthcheckWaitStrategy())
    with container:
        yield f"http://{container.get_container_host_ip()}:{container.get_exposed_port(2442)}"


@pytest.fixture
def store(mock: str):
    jane = {"first_name": "Jane", "last_name": "Doe", "email": "jane@example.com"}
    store = requests.post(f"{mock}/_mock/stores", json={"seed": {"customers": [jane]}}).json()
    yield store
    requests.delete(f"{mock}/_mock/stores/{store['hash']}")


def test_a_customer_is_found_by_email(store: dict) -> None:
    headers = {"X-Auth-Token": store["token"]}
    url = store["urls"]["v3"] + "/customers"
    found = requests.get(url, params={"email:in": "jane@example.com"}, headers=headers).json()
    assert [customer["id"] for customer in found["data"]] == [1]
