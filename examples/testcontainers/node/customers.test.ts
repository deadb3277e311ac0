// Type-checked, not run: starting it needs a container engine. Node 22.22, testcontainers 12.2.0: node --test
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { GenericContainer, type StartedTestContainer, Wait } from "testcontainers";

let container: StartedTestContainer;
let mock: string;

before(async () => {
  container = await new GenericContainer("bigcommerce-mock")
    .withExposedPorts(2442)
    .withEnvironment({ BCMOCK_SEED: "none", BCMOCK_PASSWORD_HASHING: "fast" })
    // The image has a health check.
    .withWaitStrategy(Wait.forHealthCheck())
    .start();
  mock = `http://${container.getHost()}:${container.getMappedPort(2442)}`;
});
after(() => container?.stop());

test("a customer is found by email", async () => {
  const customers = [{ first_name: "Jane", last_name: "Doe", email: "jane@example.com" }];
  const made = await fetch(`${mock}/_mock/stores`, {
    method: "POST",
    headers: { "Content-Type": "application/json" },
    body: JSON.stringify({ seed: { customers } }),
  });
  const store = (await made.json()) as { token: string; urls: { v3: string } };
  const answer = await fetch(`${store.urls.v3}/customers?email:in=jane@example.com`, {
    headers: { "X-Auth-Token": store.token },
  });
  const found = (await answer.json()) as { data: { id: number }[] };
  assert.deepEqual(found.data.map((customer) => customer.id), [1]);
});
