"""Fixtures: one server a session (with pytest-xdist one a worker), and a private store a test."""

from __future__ import annotations

from typing import Iterator

import pytest

from . import Mock, Store, start


@pytest.fixture(scope="session")
def bigcommerce_mock() -> Iterator[Mock]:
    with start(args=["--password-hashing", "fast"]) as mock:
        yield mock


@pytest.fixture
def bigcommerce_store(bigcommerce_mock: Mock, request: pytest.FixtureRequest) -> Iterator[Store]:
    """`@pytest.mark.bigcommerce_store(seed={…})` says what `Mock.store` is called with."""
    marker = request.node.get_closest_marker("bigcommerce_store")
    store = bigcommerce_mock.store(**(marker.kwargs if marker else {}))
    try:
        yield store
    finally:
        store.delete()


def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line("markers", "bigcommerce_store(seed, settings, copy_of): what the test's private store is")
