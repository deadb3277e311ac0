import json
import urllib.request

import pytest

JANE = {"first_name": "Jane", "last_name": "Doe", "email": "jane@example.com"}


@pytest.mark.bigcommerce_store(seed={"customers": [JANE]})
def test_a_customer_is_found_by_email(bigcommerce_store):
    url = f"{bigcommerce_store.v3}/customers?email:in=jane@example.com"
    request = urllib.request.Request(url, headers={"X-Auth-Token": bigcommerce_store.token})
    with urllib.request.urlopen(request) as answer:
        assert [customer["id"] for customer in json.load(answer)["data"]] == [1]
    bigcommerce_store.verify({"match": {"operation": "v3.listCustomers"}, "count": {"exactly": 1}})
