"""The official Python client, `bigcommerce`, which finds the server by BC_API_ENDPOINT and REQUESTS_CA_BUNDLE."""

import json
import os
import unittest
import urllib.error
import urllib.request

import requests
from bigcommerce.api import BigcommerceApi
from bigcommerce.connection import OAuthConnection
from bigcommerce.exception import ClientRequestException, RateLimitingException, ServerException

JANE = {"first_name": "Jane", "last_name": "Doe", "email": "jane@example.com"}
ADDRESS = {
    "first_name": "Jane", "last_name": "Doe", "phone": "+1 512 555 0100", "street_1": "123 Main Street", "city": "Austin",
    "state": "Texas", "zip": "78701", "country": "United States",
}
STRICT = {
    "auth": "strict",
    "tokens": [
        {"token": "all-of-it", "scopes": ["store_v2_customers"]},
        {"token": "look-only", "scopes": ["store_v2_customers_read_only"]},
    ],
}


def control(method, path, body=None):
    request = urllib.request.Request(
        os.environ["BIGCOMMERCE_URL"] + path, method=method, data=None if body is None else json.dumps(body).encode()
    )
    try:
        with urllib.request.urlopen(request, timeout=30) as answer:
            return json.loads(answer.read() or "null")
    except urllib.error.HTTPError as error:
        raise AssertionError(json.load(error)["error"]["message"]) from None


class ClientTest(unittest.TestCase):
    def store(self, seed=None, token=None, **settings):
        """A store of the test's own, as self.hash, and a client of it."""
        made = control("POST", "/_mock/stores", {"seed": seed or {}, **settings})
        self.hash = made["hash"]
        self.addCleanup(control, "DELETE", f"/_mock/stores/{self.hash}")
        return self.client(token or made["token"])

    def client(self, token, **options):
        api = BigcommerceApi(client_id="a-client", store_hash=self.hash, access_token=token, **options)
        self.addCleanup(api.connection._session.close)
        return api

    def verify(self, count, **match):
        control("POST", f"/_mock/stores/{self.hash}/verify", {"match": match, "count": {"exactly": count}})

    def refused(self, status, call, *arguments, **fields):
        with self.assertRaises(ClientRequestException) as caught:
            call(*arguments, **fields)
        self.assertEqual(caught.exception.status_code, status)
        return caught.exception

    def test_life_of_a_customer(self):
        api = self.store()
        made = api.Customers.create(**JANE, company="Café Straße")
        self.assertEqual((made.email, made.company), ("jane@example.com", "Café Straße"))
        self.assertEqual(api.Customers.get(made.id), made)
        changed = made.update(last_name="Roe")
        self.assertEqual((changed.last_name, changed.first_name), ("Roe", "Jane"))
        self.verify(1, operation="v2.updateCustomer", body={"/last_name": "Roe", "/email": {"absent": True}})
        self.assertEqual([customer.last_name for customer in api.Customers.all()], ["Roe"])
        self.assertEqual(changed.delete(), {})
        gone = self.refused(404, api.Customers.get, made.id)
        self.assertEqual(json.loads(gone.content)[0]["message"], "The requested resource was not found.")
        self.assertEqual(list(api.Customers.iterall()), [])

    def test_an_email_is_used_once(self):
        api = self.store({"customers": [JANE]})
        error = self.refused(400, api.Customers.create, **{**JANE, "email": "JANE@example.com"})
        self.assertEqual(json.loads(error.content), [{
            "status": 400,
            "message": "The field 'email' is invalid.",
            "details": {"invalid_reason": "This email address is already in use by a customer."},
        }])
        self.assertEqual(api.Customers.count(), 1)

    def test_a_required_field_is_missing(self):
        api = self.store()
        error = self.refused(400, api.Customers.create, first_name="Jane", email="jane@example.com")
        self.assertEqual(
            json.loads(error.content), [{"status": 400, "message": "The required field 'last_name' was not supplied."}]
        )
        self.assertEqual(api.Customers.count(), 0)

    def test_a_whole_customer_sent_back_is_refused(self):
        api = self.store({"customers": [JANE]})
        jane = api.Customers.get(1)
        fields = {name: value for name, value in jane.items() if not name.startswith("_")}
        error = self.refused(400, jane.update, **fields)
        self.assertIn("cannot be written to", str(error))

    def test_all_pages(self):
        api = self.store({"generate": {"customers": 300}})
        ids = [customer.id for customer in api.Customers.iterall()]
        self.assertEqual(len(ids), 300)
        self.assertEqual(len(set(ids)), 300)
        self.verify(3, operation="v2.listCustomers", query={"limit": "250"})
        self.verify(1, operation="v2.listCustomers", query={"page": "3"}, status=204)
        self.assertEqual(len(api.Customers.all(limit=7, page=2)), 7)

    def test_filters(self):
        api = self.store({"customers": [JANE, {**JANE, "email": "joe+1@example.com"}]})
        self.assertEqual([customer.id for customer in api.Customers.all(email="joe+1@example.com")], [2])
        self.assertEqual(api.Customers.count(min_id=2), 1)
        error = self.refused(400, api.Customers.all, **{"id:in": 1})
        self.assertIn("not supported by this resource", str(error))

    def test_a_wrong_token(self):
        api = self.store(STRICT, token="wrong")
        error = self.refused(401, api.Customers.all)
        self.assertEqual(json.loads(error.content)["title"], "Unauthorized")

    def test_a_token_that_may_only_read(self):
        api = self.store({**STRICT, "customers": [JANE]}, token="look-only")
        jane = api.Customers.get(1)
        error = self.refused(403, jane.delete)
        self.assertIn("required scope", str(error))
        self.assertEqual(self.client("all-of-it").Customers.count(), 1)

    def test_a_spent_quota_is_an_error(self):
        api = self.store({"settings": {"quota": {"requests": 3, "window": "60s", "enforce": True}}})
        control("PUT", f"/_mock/stores/{self.hash}/quota/exhaust")
        with self.assertRaises(RateLimitingException) as caught:
            api.Customers.all()
        self.assertEqual(caught.exception.status_code, 429)
        self.assertGreater(int(caught.exception.retry_after), 0)
        self.assertLessEqual(int(caught.exception.retry_after), 60_000)

    def test_the_client_waits_before_the_quota_is_spent(self):
        # The store's clock stands, so that slow machines do not get a new window early; the client itself really waits.
        self.store({"settings": {
            "quota": {"requests": 3, "window": "1s", "enforce": True},
            "clock": {"mode": "frozen", "now": "2026-01-01T00:00:00Z"},
        }})
        waits = []

        def after_wait():
            waits.append(dict(api.connection.rate_limit))
            control("POST", f"/_mock/stores/{self.hash}/clock/advance", {"by": "1s"})

        api = self.client("any", rate_limiting_management={
            "min_requests_remaining": 0, "wait": True, "callback_function": after_wait,
        })
        for _ in range(7):
            self.assertEqual(api.Customers.count(), 0)
        spent = {"ms_until_reset": 1000, "window_size_ms": 1000, "requests_remaining": 0, "requests_quota": 3}
        self.assertEqual(waits, [spent, spent])
        self.verify(7, status=200)
        self.verify(0, status=429)

    def test_a_server_in_trouble_is_an_error(self):
        api = self.store()
        faults = f"/_mock/stores/{self.hash}/faults"
        # The customer is there, the answer is lost.
        control("POST", faults, {"then": {"status": 503, "after_write": True}})
        with self.assertRaises(ServerException) as caught:
            api.Customers.create(**JANE)
        self.assertEqual(json.loads(caught.exception.content), [{"status": 503, "message": "Service Unavailable"}])
        control("POST", faults, {"then": {"connection": "reset"}})
        with self.assertRaises(requests.exceptions.ConnectionError):
            api.Customers.count()
        self.assertEqual(api.Customers.count(), 1)

    def test_addresses(self):
        api = self.store({"customers": [JANE]})
        jane = api.Customers.get(1)
        self.assertEqual(str(jane.addresses()), "{}")
        made = api.CustomerAddresses.create(jane.id, **ADDRESS)
        self.assertEqual((made.customer_id, made.country_iso2), (jane.id, "US"))
        self.assertEqual(made.update(city="Dallas").city, "Dallas")
        self.assertEqual(jane.addresses(made.id).city, "Dallas")
        self.assertEqual([address.id for address in jane.addresses()], [made.id])
        self.assertEqual(api.CustomerAddresses.count(jane.id), 1)
        self.refused(400, api.CustomerAddresses.create, jane.id, **{**ADDRESS, "country": "Atlantis"})
        made.delete()
        self.refused(404, api.CustomerAddresses.get, jane.id, made.id)
        api.CustomerAddresses.create(jane.id, **ADDRESS)
        api.CustomerAddresses.delete_all(jane.id)
        self.assertEqual(api.CustomerAddresses.count(jane.id), 0)

    def test_groups(self):
        api = self.store({"customers": [JANE]})
        made = api.CustomerGroups.create(
            name="Wholesale", discount_rules=[{"type": "all", "method": "percent", "amount": "7.5"}]
        )
        self.assertEqual(made.discount_rules[0]["amount"], 7.5)
        self.assertEqual(api.CustomerGroups.get(made.id).discount_rules[0]["amount"], "7.5000")
        self.assertEqual(made.update(name="Members").name, "Members")
        self.assertEqual([group.name for group in api.CustomerGroups.all()], ["Members"])
        self.assertEqual(api.CustomerGroups.count(), 1)
        self.assertEqual(api.Customers.get(1).update(customer_group_id=made.id).customer_group_id, made.id)
        made.delete()
        self.assertEqual(api.Customers.get(1).customer_group_id, 0)
        self.refused(404, api.CustomerGroups.get, made.id)

    def test_delete_all(self):
        api = self.store({"generate": {"customers": 20}})
        self.assertEqual(api.Customers.delete_all(), {})
        self.assertEqual(api.Customers.count(), 0)

    def test_time_and_store(self):
        api = self.store({"store": {"name": "The Shop"}})
        self.assertEqual(api.Store.all().name, "The Shop")
        self.assertIsInstance(api.Time.all().time, int)

    def test_basic_auth(self):
        # Basic requests speak to the server's default store, `demo`: the client can not send another Host.
        self.store({"auth": "strict", "basic": [{"username": "api-user", "password": "api-pass"}]}, hash="demo")
        host = os.environ["BC_API_ENDPOINT"]
        api = BigcommerceApi(host=host, basic_auth=("api-user", "api-pass"))
        self.addCleanup(api.connection._session.close)
        self.assertEqual(api.Customers.create(**JANE).id, 1)
        self.assertEqual(str(api.Customers.get(1).addresses()), "{}")
        wrong = BigcommerceApi(host=host, basic_auth=("api-user", "wrong"))
        self.addCleanup(wrong.connection._session.close)
        error = self.refused(401, wrong.Customers.all)
        self.assertEqual(error.headers["WWW-Authenticate"].split()[0], "Basic")

    def test_v3_through_a_connection(self):
        # The resource classes speak V2 only; a connection may have another path.
        self.store()
        v3 = OAuthConnection(
            "a-client", self.hash, "any", host=os.environ["BC_API_ENDPOINT"], api_path="/stores/{}/v3/{}"
        )
        self.addCleanup(v3._session.close)
        batch = [{**JANE, "email": f"{name}@example.com"} for name in ("ada", "joe", "kim")]
        ids = [customer["id"] for customer in v3.create("customers", batch)["data"]]
        self.assertEqual(ids, [1, 2, 3])
        changed = v3.put("customers", [{"id": id, "notes": f"note {id}"} for id in ids])["data"]
        self.assertEqual([customer["notes"] for customer in changed], ["note 1", "note 2", "note 3"])
        taken = self.refused(422, v3.create, "customers", [{**JANE, "email": "ada@example.com"}])
        self.assertIn("errors", json.loads(taken.content))
        v3.make_request("DELETE", "customers", params={"id:in": "1,3"})
        left = v3.get("customers", **{"id:in": "1,2,3"})
        self.assertEqual([customer["id"] for customer in left["data"]], [2])
        self.assertEqual(left["meta"]["pagination"]["total"], 1)


if __name__ == "__main__":
    unittest.main()
