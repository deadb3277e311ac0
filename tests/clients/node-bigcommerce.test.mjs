// The official Node client, node-bigcommerce, has api.bigcommerce.com and port 443 built in.
import assert from "node:assert/strict";
import { subscribe, unsubscribe } from "node:diagnostics_channel";
import { globalAgent } from "node:https";
import { after, test } from "node:test";
import BigCommerce from "node-bigcommerce";
import { address, eachOnce, jane, quota, store, strict, taken } from "./control.mjs";

const client = ({ hash }, accessToken = "any", config = {}) =>
  new BigCommerce({ clientId: "a-client", accessToken, storeHash: hash, responseType: "json", ...config });
const v3 = (shop, accessToken) => client(shop, accessToken, { apiVersion: "v3" });
const refused = (code, text) => (error) => {
  assert.equal(error.code, code, error.message);
  assert.ok(error.responseBody.includes(text), error.message);
  return true;
};

// It does not read the answers of spent quotas, whose connections would keep this process until the server ends them.
after(() => globalAgent.destroy());

test("life of a customer in V2", async (t) => {
  const shop = await store(t);
  const bc = client(shop);
  const made = await bc.post("/customers", { ...jane, company: "Café Straße" });
  assert.equal(made.company, "Café Straße");
  assert.equal(made.addresses.url, `https://api.bigcommerce.com/stores/${shop.hash}/v2/customers/1/addresses`);
  assert.deepEqual(await bc.get("/customers/1"), made);
  assert.equal((await bc.put("/customers/1", { last_name: "Roe" })).last_name, "Roe");
  await shop.verify(1, {
    operation: "v2.updateCustomer", headers: { host: "api.bigcommerce.com" },
    body: { "/last_name": "Roe", "/email": { absent: true } },
  });
  assert.deepEqual((await bc.get("/customers")).map(({ last_name }) => last_name), ["Roe"]);
  assert.deepEqual(await bc.get("/customers/count"), { count: 1 });
  assert.equal(await bc.delete("/customers/1"), "");
  await assert.rejects(bc.get("/customers/1"), refused(404, "The requested resource was not found."));
  assert.equal(await bc.get("/customers"), "");
});

test("life of three customers in V3", async (t) => {
  const bc = v3(await store(t));
  const { data } = await bc.post("/customers", ["ada", "joe", "kim"].map((name) => ({ ...jane, email: `${name}@example.com` })));
  assert.deepEqual(data.map(({ id, email }) => [id, email]), [
    [1, "ada@example.com"], [2, "joe@example.com"], [3, "kim@example.com"],
  ]);
  const changed = await bc.put("/customers", data.map(({ id }) => ({ id, notes: `note ${id}` })));
  assert.deepEqual(changed.data.map(({ notes }) => notes), ["note 1", "note 2", "note 3"]);
  assert.equal(await bc.delete("/customers?id:in=1,3"), "");
  const left = await bc.get("/customers?id:in=1,2,3");
  assert.deepEqual(left.data.map(({ id }) => id), [2]);
  assert.equal(left.meta.pagination.total, 1);
});

test("an email is used once", async (t) => {
  const shop = await store(t, { customers: [jane] });
  await assert.rejects(client(shop).post("/customers", { ...jane, email: "JANE@example.com" }), refused(400, taken));
  await assert.rejects(v3(shop).post("/customers", [jane]), refused(422, "jane@example.com"));
  assert.deepEqual(await client(shop).get("/customers/count"), { count: 1 });
});

test("a required field is missing", async (t) => {
  const shop = await store(t);
  const { last_name, ...rest } = jane;
  await assert.rejects(client(shop).post("/customers", rest), refused(400, "The required field 'last_name' was not supplied."));
  await assert.rejects(v3(shop).post("/customers", [rest]), (error) => {
    assert.deepEqual(Object.keys(JSON.parse(error.responseBody).errors), ["last_name"]);
    return refused(422, "last_name")(error);
  });
  assert.deepEqual(await client(shop).get("/customers/count"), { count: 0 });
});

test("all pages, which come compressed", async (t) => {
  const shop = await store(t, { generate: { customers: 300 } });
  const answers = [];
  const see = ({ response: { statusCode, headers } }) => answers.push([statusCode, headers["content-encoding"]]);
  subscribe("http.client.response.finish", see);
  t.after(() => unsubscribe("http.client.response.finish", see));
  const customers = [];
  for (let page = 1; ; page++) {
    const some = await client(shop).get(`/customers?limit=250&page=${page}`);
    if (some === "") break;
    customers.push(...some);
  }
  eachOnce(customers, 300);
  const seen = [];
  for (let page = 1, last = 1; page <= last; page++) {
    const { data, meta } = await v3(shop).get(`/customers?limit=120&page=${page}`);
    seen.push(...data);
    last = meta.pagination.total_pages;
  }
  eachOnce(seen, 300);
  assert.deepEqual(answers, [[200, "gzip"], [200, "gzip"], [204, undefined], [200, "gzip"], [200, "gzip"], [200, "gzip"]]);
});

test("XML", async (t) => {
  const bc = client(await store(t, { customers: [jane] }), "any", { responseType: "xml" });
  assert.match(await bc.get("/customers?limit=1"), /^<\?xml .*<customers>\s*<customer>.*<email>jane@example\.com<\/email>/s);
  await assert.rejects(bc.get("/customers/7"), refused(404, "<message>The requested resource was not found.</message>"));
});

test("a wrong token", async (t) => {
  const shop = await store(t, strict);
  await assert.rejects(client(shop, "wrong").get("/customers"), refused(401, "Unauthorized"));
  await assert.rejects(v3(shop, "wrong").get("/customers"), refused(401, "Unauthorized"));
});

test("a token that may only read", async (t) => {
  const shop = await store(t, { ...strict, customers: [jane] });
  assert.equal((await client(shop, "look-only").get("/customers/1")).email, jane.email);
  await assert.rejects(client(shop, "look-only").delete("/customers/1"), refused(403, "required scope"));
  await assert.rejects(v3(shop, "look-only").delete("/customers?id:in=1"), refused(403, "required scope"));
  assert.deepEqual(await client(shop, "all-of-it").get("/customers/count"), { count: 1 });
});

test("a spent quota is tried again when the server says so", async (t) => {
  const shop = await store(t, quota);
  await shop.exhaust();
  assert.deepEqual(await client(shop).get("/customers/count"), { count: 0 });
  // More than one refusal would mean that X-Retry-After promised too much.
  await shop.verify(1, { operation: "v2.countCustomers", status: 429 });
  await shop.verify(1, { operation: "v2.countCustomers", status: 200 });
});

test("a spent quota is an error for who wants one", async (t) => {
  const shop = await store(t, quota);
  await shop.exhaust();
  await assert.rejects(client(shop, "any", { failOnLimitReached: true }).get("/customers"), (error) => {
    assert.match(error.message, /rate limit .* retry in 2 seconds/);
    assert.equal(error.retryAfter, 2);
    return true;
  });
});

test("a server in trouble is an error", async (t) => {
  const shop = await store(t);
  const bc = client(shop);
  await shop.fault({ then: { status: 503 } });
  await assert.rejects(bc.get("/customers"), refused(503, "Service Unavailable"));
  await shop.fault({ then: { status: 502, body: "html" } });
  await assert.rejects(bc.get("/customers"), refused(502, "<html"));
  await shop.fault({ then: { connection: "reset" } });
  await assert.rejects(bc.get("/customers"), { code: "ECONNRESET" });
  assert.equal(await bc.get("/customers"), "");
});

test("many at once", async (t) => {
  const bc = client(await store(t));
  const many = Array.from({ length: 30 }, (_, n) => bc.post("/customers", { ...jane, email: `jane${n}@example.com` }));
  eachOnce(await Promise.all(many), 30);
});

test("addresses", async (t) => {
  const shop = await store(t, { customers: [jane] });
  const bc = client(shop);
  assert.equal(await bc.get("/customers/1/addresses"), "");
  const made = await bc.post("/customers/1/addresses", address);
  assert.deepEqual([made.customer_id, made.country_iso2], [1, "US"]);
  const path = `/customers/1/addresses/${made.id}`;
  assert.equal((await bc.put(path, { city: "Dallas" })).city, "Dallas");
  assert.equal((await bc.get(path)).city, "Dallas");
  const seen = await v3(shop).get("/customers/addresses?customer_id:in=1");
  assert.deepEqual(seen.data.map(({ id, city, postal_code }) => [id, city, postal_code]), [[made.id, "Dallas", "78701"]]);
  assert.deepEqual(await bc.get("/customers/1/addresses/count"), { count: 1 });
  await bc.delete(path);
  await assert.rejects(bc.get(path), refused(404, "The requested resource was not found."));
});

test("groups", async (t) => {
  const bc = client(await store(t, { customers: [jane] }));
  const made = await bc.post("/customer_groups", { name: "Wholesale" });
  assert.equal((await bc.put(`/customer_groups/${made.id}`, { name: "Members" })).name, "Members");
  assert.deepEqual((await bc.get("/customer_groups")).map(({ name }) => name), ["Members"]);
  assert.deepEqual(await bc.get("/customer_groups/count"), { count: 1 });
  await bc.put("/customers/1", { customer_group_id: made.id });
  await bc.delete(`/customer_groups/${made.id}`);
  assert.equal((await bc.get("/customers/1")).customer_group_id, 0);
  await assert.rejects(bc.get(`/customer_groups/${made.id}`), refused(404, "The requested resource was not found."));
});
