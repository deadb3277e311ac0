// What the tests of the Node clients share: stores of their own, made through the control API, which no client speaks.
import assert from "node:assert/strict";

export const jane = { first_name: "Jane", last_name: "Doe", email: "jane@example.com" };
export const address = {
  first_name: "Jane", last_name: "Doe", phone: "+1 512 555 0100", street_1: "123 Main Street", city: "Austin",
  state: "Texas", zip: "78701", country: "United States",
};
export const strict = {
  auth: "strict",
  tokens: [
    { token: "all-of-it", scopes: ["store_v2_customers"] },
    { token: "look-only", scopes: ["store_v2_customers_read_only"] },
  ],
};
export const taken = "This email address is already in use by a customer.";

// Two seconds: a request that is made at once comes before they are over, on a slow machine too.
export const quota = { settings: { quota: { requests: 3, window: "2s", enforce: true } } };

export async function control(method, path, body) {
  const answer = await fetch(process.env.BIGCOMMERCE_URL + path, { method, body: body && JSON.stringify(body) });
  const text = await answer.text();
  assert.ok(answer.ok, answer.ok || JSON.parse(text).error.message);
  return text && JSON.parse(text);
}

/** A store that is gone after the test `t`. */
export async function store(t, seed = {}) {
  const { hash } = await control("POST", "/_mock/stores", { seed });
  t.after(() => control("DELETE", `/_mock/stores/${hash}`));
  return {
    hash,
    exhaust: () => control("PUT", `/_mock/stores/${hash}/quota/exhaust`),
    fault: (fault) => control("POST", `/_mock/stores/${hash}/faults`, fault),
    requests: async (query = "") => (await control("GET", `/_mock/stores/${hash}/requests?${query}`)).requests,
    verify: (count, match) => control("POST", `/_mock/stores/${hash}/verify`, { match, count: { exactly: count } }),
  };
}

/** That these are `count` customers, each of them once. */
export function eachOnce(customers, count) {
  assert.equal(customers.length, count);
  assert.equal(new Set(customers.map(({ id }) => id)).size, count);
}
