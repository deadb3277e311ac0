// @aligent/bigcommerce-api (node-fetch with an https agent) has https://api.bigcommerce.com built in.
import assert from "node:assert/strict";
import { test } from "node:test";
import { Management, fetchTransport } from "@aligent/bigcommerce-api";
import { address, eachOnce, jane, quota, store, strict, taken } from "./control.mjs";

const client = ({ hash }, accessToken = "any") => new Management.Client({ storeHash: hash, accessToken });
const refused = (line, status, text) => ({ message }) => {
  assert.ok(message.startsWith(`ERROR DURING ${line}: ${status} - `), message);
  assert.ok(message.includes(text), message);
  return true;
};
const one = { path: { id: 1 } };

test("life of a customer in V2", async (t) => {
  const shop = await store(t);
  const { v2 } = client(shop);
  const made = await v2.post("/customers", { body: { ...jane, company: "Café Straße" } });
  assert.equal(made.company, "Café Straße");
  assert.equal(made.addresses.url, `https://api.bigcommerce.com/stores/${shop.hash}/v2/customers/1/addresses`);
  assert.deepEqual(await v2.get("/customers/{id}", one), made);
  assert.equal((await v2.put("/customers/{id}", { ...one, body: { last_name: "Roe" } })).last_name, "Roe");
  await shop.verify(1, {
    operation: "v2.updateCustomer", headers: { host: "api.bigcommerce.com" },
    body: { "/last_name": "Roe", "/email": { absent: true } },
  });
  assert.deepEqual((await v2.get("/customers")).map(({ last_name }) => last_name), ["Roe"]);
  assert.deepEqual(await v2.get("/customers/count"), { count: 1 });
  assert.equal(await v2.delete("/customers/{id}", one), null);
  assert.equal(await v2.get("/customers/{id}", one), null);
  await shop.verify(1, { operation: "v2.getCustomer", status: 404 });
  await assert.rejects(
    v2.delete("/customers/{id}", one),
    refused("DELETE /customers/{id}", 404, "The requested resource was not found."),
  );
  assert.equal(await v2.get("/customers"), null);
  await shop.verify(1, { operation: "v2.listCustomers", status: 204 });
});

test("life of three customers in V3", async (t) => {
  const shop = await store(t);
  const { v3 } = client(shop);
  const made = await v3.post("/customers", {
    body: ["ada", "joe", "kim"].map((name) => ({ ...jane, email: `${name}@example.com` })),
  });
  assert.deepEqual(made.map(({ id, email }) => [id, email]), [
    [1, "ada@example.com"], [2, "joe@example.com"], [3, "kim@example.com"],
  ]);
  const changed = await v3.put("/customers", { body: made.map(({ id }) => ({ id, notes: `note ${id}` })) });
  assert.deepEqual(changed.map(({ notes }) => notes), ["note 1", "note 2", "note 3"]);
  assert.equal(await v3.delete("/customers", { query: { "id:in": [1, 3] } }), null);
  await shop.verify(1, { operation: "v3.deleteCustomers", query: { "id:in": "1,3" }, status: 204 });
  const left = await v3.get("/customers", { query: { "id:in": [1, 2, 3] } });
  assert.deepEqual(left.map(({ id }) => id), [2]);
});

test("an email is used once", async (t) => {
  const { v2, v3 } = client(await store(t, { customers: [jane] }));
  await assert.rejects(
    v2.post("/customers", { body: { ...jane, email: "JANE@example.com" } }), refused("POST /customers", 400, taken),
  );
  await assert.rejects(v3.post("/customers", { body: [jane] }), refused("POST /customers", 422, "jane@example.com"));
  assert.deepEqual(await v2.get("/customers/count"), { count: 1 });
});

test("a required field is missing", async (t) => {
  const { v2, v3 } = client(await store(t));
  const { last_name, ...rest } = jane;
  await assert.rejects(
    v2.post("/customers", { body: rest }),
    refused("POST /customers", 400, "The required field 'last_name' was not supplied."),
  );
  await assert.rejects(v3.post("/customers", { body: [rest] }), refused("POST /customers", 422, '"errors":{"last_name":'));
  assert.deepEqual(await v2.get("/customers/count"), { count: 0 });
});

test("all pages", async (t) => {
  const shop = await store(t, { generate: { customers: 300 } });
  const { v2, v3 } = client(shop);
  const customers = [];
  for await (const customer of v3.list("/customers", { query: { limit: 120 } })) customers.push(customer);
  eachOnce(customers, 300);
  // It asks until a page is empty.
  await shop.verify(4, { operation: "v3.listCustomers", query: { limit: "120" }, status: 200 });
  const seen = [];
  for (let page = 1, some; (some = await v2.get("/customers", { query: { limit: 250, page } })); page++) seen.push(...some);
  eachOnce(seen, 300);
});

test("a wrong token", async (t) => {
  const { v2, v3 } = client(await store(t, strict), "wrong");
  await assert.rejects(v2.get("/customers"), refused("GET /customers", 401, "Unauthorized"));
  await assert.rejects(v3.get("/customers"), refused("GET /customers", 401, "Unauthorized"));
});

test("a token that may only read", async (t) => {
  const shop = await store(t, { ...strict, customers: [jane] });
  const { v2, v3 } = client(shop, "look-only");
  assert.equal((await v2.get("/customers/{id}", one)).email, jane.email);
  await assert.rejects(v2.delete("/customers/{id}", one), refused("DELETE /customers/{id}", 403, "required scope"));
  await assert.rejects(
    v3.delete("/customers", { query: { "id:in": [1] } }), refused("DELETE /customers", 403, "required scope"),
  );
  assert.deepEqual(await client(shop, "all-of-it").v2.get("/customers/count"), { count: 1 });
});

test("a spent quota is tried again", async (t) => {
  const shop = await store(t, quota);
  await shop.exhaust();
  assert.deepEqual(await client(shop).v2.get("/customers/count"), { count: 0 });
  await shop.verify(1, { operation: "v2.countCustomers", status: 200 });
  assert.ok((await shop.requests("operation=v2.countCustomers&status=429")).length > 0);
});

test("a spent quota is an error without retries", async (t) => {
  const shop = await store(t, quota);
  const transport = (version) =>
    fetchTransport({
      baseUrl: `https://api.bigcommerce.com/stores/${shop.hash}/${version}`,
      headers: { "X-Auth-Token": "any" },
      retry: false,
    });
  await shop.exhaust();
  await assert.rejects(new Management.V2.Client(transport("v2")).get("/customers"), {
    message: 'ERROR DURING GET /customers: 429 - ""',
  });
  await assert.rejects(
    new Management.V3.Client(transport("v3")).get("/customers"), refused("GET /customers", 429, "Too many requests"),
  );
});

test("a server in trouble is tried again, also after it wrote", async (t) => {
  const shop = await store(t);
  const { v2 } = client(shop);
  // The customer is there, the answer is lost, and the second attempt finds the email taken.
  await shop.fault({ then: { status: 503, after_write: true } });
  await assert.rejects(v2.post("/customers", { body: jane }), refused("POST /customers", 400, taken));
  await shop.verify(1, { operation: "v2.createCustomer", status: 503 });
  assert.deepEqual(await v2.get("/customers/count"), { count: 1 });
});

test("many at once", async (t) => {
  const { v3 } = client(await store(t));
  const many = Array.from({ length: 30 }, (_, n) => ({ ...jane, email: `jane${n}@example.com` }))
    .map((customer) => v3.post("/customers", { body: [customer] }));
  eachOnce((await Promise.all(many)).flat(), 30);
});

test("the gateway's text is no JSON", async (t) => {
  await assert.rejects(client(await store(t)).v3.get("/no-such-thing"), SyntaxError);
});

test("addresses", async (t) => {
  const { v2, v3 } = client(await store(t, { customers: [jane] }));
  const all = "/customers/{customer_id}/addresses";
  const path = { customer_id: 1 };
  assert.equal(await v2.get(all, { path }), null);
  const made = await v2.post(all, { path, body: address });
  assert.deepEqual([made.customer_id, made.country_iso2], [1, "US"]);
  const it = { path: { ...path, id: made.id } };
  assert.equal((await v2.put(`${all}/{id}`, { ...it, body: { city: "Dallas" } })).city, "Dallas");
  assert.equal((await v2.get(`${all}/{id}`, it)).city, "Dallas");
  const seen = await v3.get("/customers/addresses", { query: { "customer_id:in": [1] } });
  assert.deepEqual(seen.map(({ id, city, postal_code }) => [id, city, postal_code]), [[made.id, "Dallas", "78701"]]);
  assert.deepEqual(await v2.get(`${all}/count`, { path }), { count: 1 });
  await v2.delete(`${all}/{id}`, it);
  assert.equal(await v2.get(`${all}/{id}`, it), null);
});

test("groups", async (t) => {
  const { v2 } = client(await store(t, { customers: [jane] }));
  const made = await v2.post("/customer_groups", { body: { name: "Wholesale" } });
  const it = { path: { id: made.id } };
  assert.equal((await v2.put("/customer_groups/{id}", { ...it, body: { name: "Members" } })).name, "Members");
  assert.deepEqual((await v2.get("/customer_groups")).map(({ name }) => name), ["Members"]);
  assert.deepEqual(await v2.get("/customer_groups/count"), { count: 1 });
  await v2.put("/customers/{id}", { ...one, body: { customer_group_id: made.id } });
  await v2.delete("/customer_groups/{id}", it);
  assert.equal((await v2.get("/customers/{id}", one)).customer_group_id, 0);
  assert.equal(await v2.get("/customer_groups/{id}", it), null);
});
