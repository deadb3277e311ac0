// Run on Debian 12 with Node 20 and Vitest 4.1.12, bigcommerce-mock in the PATH: npm test
import { afterEach, beforeEach, expect, inject, test } from "vitest";

const mock = inject("mock");
const headers = { "Content-Type": "application/json", "X-Auth-Token": "any" };
let store;

beforeEach(async () => {
  const customers = [{ first_name: "Jane", last_name: "Doe", email: "jane@example.com" }];
  const body = JSON.stringify({ seed: { customers } });
  store = await (await fetch(`${mock}/_mock/stores`, { method: "POST", headers, body })).json();
});
afterEach(() => fetch(`${mock}/_mock/stores/${store.hash}`, { method: "DELETE" }));

test("a customer is found by email", async () => {
  const found = await (await fetch(`${store.urls.v3}/customers?email:in=jane@example.com`, { headers })).json();
  expect(found.data.map((customer) => customer.id)).toEqual([1]);
});

test("an email can be used once", async () => {
  const body = JSON.stringify([{ first_name: "Jane", last_name: "Roe", email: "JANE@example.com" }]);
  expect((await fetch(`${store.urls.v3}/customers`, { method: "POST", headers, body })).status).toBe(422);
});
