// bigcommerce-api-client (axios) has the vendor's host built in and obeys HTTPS_PROXY.
import assert from "node:assert/strict";
import { test } from "node:test";
import { BigCommerceApiClient } from "bigcommerce-api-client";
import { address, eachOnce, jane, quota, store, strict, taken } from "./control.mjs";

const client = ({ hash }, accessToken = "any", config = {}) =>
  new BigCommerceApiClient({ storeHash: hash, accessToken, ...config });
const refused = (status, text) => (error) => {
  assert.equal(error.cause.response.status, status, error.message);
  assert.ok(error.message.includes(`Response Status: ${status}`), error.message);
  assert.ok(error.message.includes(text), error.message);
  return true;
};

test("life of a customer in V2", async (t) => {
  const shop = await store(t);
  const { customersV2 } = client(shop);
  const made = await customersV2.createCustomer({ ...jane, company: "Café Straße" });
  assert.equal(made.company, "Café Straße");
  assert.equal(made.addresses.url, `https://api.bigcommerce.com/stores/${shop.hash}/v2/customers/1/addresses`);
  assert.ok(Math.abs(made.date_created - Date.now()) < 3_600_000, String(made.date_created));
  assert.deepEqual(await customersV2.getCustomer(made.id), made);
  assert.equal((await customersV2.updateCustomer(made.id, { last_name: "Roe" })).last_name, "Roe");
  await shop.verify(1, {
    operation: "v2.updateCustomer", headers: { host: "api.bigcommerce.com" },
    body: { "/last_name": "Roe", "/email": { absent: true } },
  });
  assert.deepEqual((await customersV2.getAllCustomers()).map(({ last_name }) => last_name), ["Roe"]);
  assert.deepEqual(await customersV2.getCustomersCount(), { count: 1 });
  await customersV2.deleteCustomer(made.id);
  assert.equal(await customersV2.getCustomer(made.id), null);
  await shop.verify(1, { operation: "v2.getCustomer", status: 404 });
  await assert.rejects(
    client(shop, "any", { failOn404: true }).customersV2.getCustomer(made.id),
    refused(404, "The requested resource was not found."),
  );
  assert.equal(await customersV2.getAllCustomers(), "");
});

test("life of three customers in V3", async (t) => {
  const shop = await store(t);
  const { customersV3 } = client(shop);
  const { data } = await customersV3.createCustomers(
    ["ada", "joe", "kim"].map((name) => ({ ...jane, email: `${name}@example.com` })),
  );
  assert.deepEqual(data.map(({ id, email }) => [id, email]), [
    [1, "ada@example.com"], [2, "joe@example.com"], [3, "kim@example.com"],
  ]);
  const changed = await customersV3.updateCustomers(data.map(({ id }) => ({ id, notes: `note ${id}` })));
  assert.deepEqual(changed.data.map(({ notes }) => notes), ["note 1", "note 2", "note 3"]);
  assert.ok(changed.data[0].date_modified instanceof Date);
  await customersV3.deleteCustomers({ "id:in": [1, 3] });
  await shop.verify(1, { operation: "v3.deleteCustomers", query: { "id:in": "1,3" }, status: 204 });
  const left = await customersV3.getAllCustomers({ "id:in": [1, 2, 3] });
  assert.deepEqual(left.data.map(({ id }) => id), [2]);
  assert.equal(left.meta.pagination.total, 1);
});

test("a batch of V3 beyond ten goes out in parts", async (t) => {
  const shop = await store(t);
  const many = Array.from({ length: 12 }, (_, n) => ({ ...jane, email: `jane${n}@example.com` }));
  eachOnce((await client(shop).customersV3.createCustomers(many)).data, 12);
  await shop.verify(1, { operation: "v3.createCustomers", body: { "/9": { present: true }, "/10": { absent: true } } });
  await shop.verify(1, { operation: "v3.createCustomers", body: { "/1": { present: true }, "/2": { absent: true } } });
});

test("an email is used once", async (t) => {
  const { customersV2, customersV3 } = client(await store(t, { customers: [jane] }));
  await assert.rejects(customersV2.createCustomer({ ...jane, email: "JANE@example.com" }), refused(400, taken));
  await assert.rejects(customersV3.createCustomers([jane]), refused(422, "jane@example.com"));
  assert.deepEqual(await customersV2.getCustomersCount(), { count: 1 });
});

test("a required field is missing", async (t) => {
  const { customersV2, customersV3 } = client(await store(t));
  const { last_name, ...rest } = jane;
  await assert.rejects(customersV2.createCustomer(rest), refused(400, "The required field 'last_name' was not supplied."));
  await assert.rejects(customersV3.createCustomers([rest]), (error) => {
    assert.deepEqual(Object.keys(error.cause.response.data.errors), ["last_name"]);
    return refused(422, "last_name")(error);
  });
  assert.deepEqual(await customersV2.getCustomersCount(), { count: 0 });
});

test("all pages", async (t) => {
  const shop = await store(t, { generate: { customers: 300 } });
  const { customersV2, customersV3 } = client(shop);
  eachOnce(await customersV2.getAllCustomers({}, 1, 1000), 300);
  await shop.verify(1, { operation: "v2.listCustomers", query: { page: "3" }, status: 204 });
  const all = await customersV3.getAllCustomers({}, 1, 1000);
  eachOnce(all.data, 300);
  assert.equal(all.meta.pagination.total, 300);
  await shop.verify(2, { operation: "v3.listCustomers" });
});

test("a wrong token", async (t) => {
  const { customersV2, customersV3 } = client(await store(t, strict), "wrong");
  await assert.rejects(customersV2.getAllCustomers(), refused(401, "Unauthorized"));
  await assert.rejects(customersV3.getAllCustomers(), refused(401, "Unauthorized"));
});

test("a token that may only read", async (t) => {
  const shop = await store(t, { ...strict, customers: [jane] });
  const { customersV2, customersV3 } = client(shop, "look-only");
  assert.equal((await customersV2.getCustomer(1)).email, jane.email);
  await assert.rejects(customersV2.deleteCustomer(1), refused(403, "required scope"));
  await assert.rejects(customersV3.deleteCustomers({ "id:in": [1] }), refused(403, "required scope"));
  assert.deepEqual(await client(shop, "all-of-it").customersV2.getCustomersCount(), { count: 1 });
});

test("a spent quota is tried again", async (t) => {
  const shop = await store(t, quota);
  // It writes each failure to the console.
  const told = t.mock.method(console, "error", () => {});
  await shop.exhaust();
  // The first wait is random and may be none; four are longer than the window.
  const { customersV2 } = client(shop, "any", { maxRetries: 5, retryDelay: 500 });
  assert.deepEqual(await customersV2.getCustomersCount(), { count: 0 });
  const refusals = told.mock.callCount();
  assert.ok(refusals > 0);
  await shop.verify(refusals, { status: 429 });
  await shop.verify(1, { status: 200 });
});

test("a spent quota is an error without retries", async (t) => {
  const shop = await store(t, quota);
  await shop.exhaust();
  await assert.rejects(client(shop, "any", { maxRetries: 0 }).customersV3.getAllCustomers(), (error) => {
    assert.equal(error.cause.response.headers["x-retry-after"], "2");
    assert.equal(error.cause.response.headers["x-rate-limit-requests-left"], "0");
    return refused(429, "Too many requests")(error);
  });
});

test("a server in trouble is tried again, also after it wrote", async (t) => {
  const shop = await store(t);
  const told = t.mock.method(console, "error", () => {});
  const { customersV2, customersV3 } = client(shop, "any", { retryDelay: 20 });
  await shop.fault({ then: { status: 502, body: "html" }, times: 2 });
  assert.deepEqual((await customersV3.getAllCustomers()).data, []);
  await shop.verify(2, { operation: "v3.listCustomers", status: 502 });
  // The customer is there, the answer is lost, and the second attempt finds the email taken.
  await shop.fault({ then: { status: 503, after_write: true } });
  await assert.rejects(customersV2.createCustomer(jane), refused(400, taken));
  assert.deepEqual(await customersV2.getCustomersCount(), { count: 1 });
  assert.equal(told.mock.callCount(), 3);
});

test("many at once", async (t) => {
  const { customersV2 } = client(await store(t));
  const many = Array.from({ length: 30 }, (_, n) => customersV2.createCustomer({ ...jane, email: `jane${n}@example.com` }));
  eachOnce(await Promise.all(many), 30);
});

test("addresses", async (t) => {
  const { customersV2, customersV3 } = client(await store(t, { customers: [jane] }));
  const v2 = customersV2.customerAddresses;
  assert.equal(await v2.getAllCustomerAddresses(1), "");
  const made = await v2.createCustomerAddress(1, address);
  assert.deepEqual([made.customer_id, made.country_iso2], [1, "US"]);
  assert.equal((await v2.updateCustomerAddress(1, made.id, { city: "Dallas" })).city, "Dallas");
  assert.equal((await v2.getCustomerAddress(1, made.id)).city, "Dallas");
  const seen = await customersV3.customerAddresses.getAllCustomerAddresses({ "customer_id:in": [1] });
  assert.deepEqual(seen.data.map(({ id, city, postal_code }) => [id, city, postal_code]), [[made.id, "Dallas", "78701"]]);
  assert.deepEqual(await v2.getCustomerAddressesCount(1), { count: 1 });
  await v2.deleteCustomerAddress(1, made.id);
  assert.equal(await v2.getCustomerAddress(1, made.id), null);
  await v2.createCustomerAddress(1, address);
  await v2.deleteCustomerAddresses(1);
  assert.deepEqual(await v2.getCustomerAddressesCount(1), { count: 0 });
});

test("groups", async (t) => {
  const { customersV2 } = client(await store(t, { customers: [jane] }));
  const { customerGroups } = customersV2;
  const made = await customerGroups.createCustomerGroup({ name: "Wholesale" });
  assert.equal((await customerGroups.updateCustomerGroup(made.id, { name: "Members" })).name, "Members");
  assert.deepEqual((await customerGroups.getAllCustomerGroups()).map(({ name }) => name), ["Members"]);
  assert.deepEqual(await customerGroups.getCustomerGroupsCount(), { count: 1 });
  await customersV2.updateCustomer(1, { customer_group_id: made.id });
  await customerGroups.deleteCustomerGroup(made.id);
  assert.equal((await customersV2.getCustomer(1)).customer_group_id, 0);
  assert.equal(await customerGroups.getCustomerGroup(made.id), null);
});

test("passwords", async (t) => {
  const { customersV2 } = client(await store(t, { customers: [jane] }));
  await customersV2.updatePassword(1, "n3w-secret", "n3w-secret");
  assert.deepEqual(await customersV2.customerPasswords.validatePassword(1, "n3w-secret"), { success: true });
  assert.deepEqual(await customersV2.customerPasswords.validatePassword(1, "another1"), { success: false });
  assert.equal((await customersV2.forcePasswordResets(1)).reset_pass_on_login, true);
});

test("attributes", async (t) => {
  const { customersV3 } = client(await store(t, { customers: [jane] }));
  const { data: [tier] } = await customersV3.customerAttributes.createCustomerAttribute([{ name: "Tier", type: "string" }]);
  await customersV3.customerAttributeValues.upsertCustomerAttributeValue([
    { customer_id: 1, attribute_id: tier.id, value: "Gold" },
  ]);
  const { data } = await customersV3.customerAttributeValues.getAllCustomerAttributeValues({ "customer_id:in": [1] });
  assert.deepEqual(data.map(({ attribute_id, attribute_value }) => [attribute_id, attribute_value]), [[tier.id, "Gold"]]);
});
