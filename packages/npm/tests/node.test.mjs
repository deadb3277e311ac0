import assert from "node:assert/strict";
import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { test } from "node:test";
import { start } from "bigcommerce-mock";

const jane = { first_name: "Jane", last_name: "Doe", email: "jane@example.com" };
const emails = async (store) => {
  const answer = await fetch(`${store.v3}/customers`, { headers: { "X-Auth-Token": store.token } });
  return (await answer.json()).data.map((customer) => customer.email);
};
const gone = async (url) => {
  for (let tries = 0; tries < 200; tries++) {
    try {
      await fetch(`${url}/livez`);
    } catch {
      return true;
    }
    await new Promise((done) => setTimeout(done, 25));
  }
  return false;
};

test("private stores do not see each other, and are gone when deleted", async () => {
  const mock = await start();
  try {
    const one = await mock.store({ seed: { customers: [jane] } });
    const two = await mock.store({ settings: { auth: "strict" } });
    assert.deepEqual(await emails(one), ["jane@example.com"]);
    const refused = await fetch(`${two.v3}/customers`, { headers: { "X-Auth-Token": "any" } });
    assert.equal(refused.status, 401);
    const copy = await mock.store({ copy_of: one.hash });
    await fetch(`${copy.v3}/customers?id:in=1`, { method: "DELETE", headers: { "X-Auth-Token": copy.token } });
    assert.deepEqual([await emails(copy), await emails(one)], [[], ["jane@example.com"]]);
    assert.equal((await copy.requests({ method: "DELETE" })).length, 1);
    await copy.reset();
    assert.deepEqual(await emails(copy), ["jane@example.com"]);
    await one.verify({ match: { operation: "v3.listCustomers" }, count: { exactly: 2 } });
    await assert.rejects(one.verify({ match: { method: "PUT" } }), /^Error: Expected at least 1 request/);
    await one.delete();
    assert.equal((await fetch(`${mock.url}/_mock/stores/${one.hash}`)).status, 404);
    await assert.rejects(mock.store({ seed: { customers: [{ ...jane, email: "jane" }] } }), {
      message: "'jane' is not an email address (at /seed/customers/0/email)",
    });
  } finally {
    await mock.stop();
  }
  assert.ok(await gone(mock.url));
});

test("several servers, one with a seed that a reset goes back to", async () => {
  const [plain, seeded] = await Promise.all([start(), start({ seed: { stores: { shop: { customers: [jane] } } } })]);
  try {
    assert.notEqual(plain.url, seeded.url);
    assert.match(seeded.caPem, /^-----BEGIN CERTIFICATE-----/);
    await seeded.store({ hash: "other" });
    assert.deepEqual((await seeded.reset()).stores.length, 1);
    assert.deepEqual(await emails({ v3: `${seeded.url}/stores/shop/v3`, token: "any" }), ["jane@example.com"]);
  } finally {
    await Promise.all([plain.stop(), seeded.stop()]);
  }
});

test("a start that fails says what the program says", async () => {
  await assert.rejects(start({ seed: "/nonexistent/seed.yaml" }), /nonexistent\/seed\.yaml: No such file/);
  await assert.rejects(start({ seed: { stores: { shop: { custmers: [] } } } }), /custmers/);
  await assert.rejects(start({ args: ["--no-such-flag"] }), /--no-such-flag/);
});

for (const how of ["SIGKILL", "throw", "forgotten"]) {
  test(`the server ends with its parent: ${how}`, async () => {
    const then = { SIGKILL: "setInterval(() => {}, 1000)", throw: "throw new Error('on purpose')", forgotten: "" }[how];
    const code = `import { start } from "bigcommerce-mock"; console.log((await start()).url); ${then}`;
    const parent = spawn(process.execPath, ["--input-type=module", "-e", code], { stdio: ["ignore", "pipe", "ignore"] });
    const ended = once(parent, "exit");
    const [line] = await once(parent.stdout, "data");
    if (how === "SIGKILL") parent.kill("SIGKILL");
    await ended;
    assert.ok(await gone(String(line).trim()));
  });
}

test("the command passes on arguments, exit codes and signals", async () => {
  const bin = "node_modules/.bin/bigcommerce-mock";
  assert.match(spawnSync(bin, ["--version"], { encoding: "utf8" }).stdout, /^bigcommerce-mock \d/);
  assert.equal(spawnSync(bin, ["--no-such-flag"]).status, 2);
  const server = spawn(bin, ["--port", "0", "--seed", "none"], { stdio: ["ignore", "pipe", "ignore"] });
  const ended = once(server, "exit");
  const [line] = await once(server.stdout, "data");
  server.kill("SIGTERM");
  assert.deepEqual(await ended, [0, null]);
  assert.ok(await gone(/http\S+/.exec(line)[0]));
});

test("where no package fits, the error says what to do", () => {
  const code = `Object.defineProperty(process, "arch", { value: "riscv64" });
    require("bigcommerce-mock").start().catch((error) => console.log(error.message))`;
  const env = { ...process.env };
  delete env.BIGCOMMERCE_MOCK_BINARY;
  const said = spawnSync(process.execPath, ["-e", code], { encoding: "utf8", env }).stdout;
  assert.match(said, /no binary for linux-riscv64, only for linux-x64, .*\n.*image.*cargo install.*BIGCOMMERCE_MOCK_BINARY=/);
});

test("BIGCOMMERCE_MOCK_BINARY overrides", async () => {
  process.env.BIGCOMMERCE_MOCK_BINARY = "/nonexistent/program";
  try {
    await assert.rejects(start(), /nonexistent\/program ENOENT/);
  } finally {
    delete process.env.BIGCOMMERCE_MOCK_BINARY;
  }
});
