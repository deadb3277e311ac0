// A page on its own origin calls V2 and V3 by fetch. What a page may do is decided by the browser, so only one can tell.
import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { once } from "node:events";
import { createServer } from "node:http";
import { connect } from "node:tls";
import { after, before, test } from "node:test";
import { chromium } from "playwright-core";
import { control, jane, quota, store, strict } from "./control.mjs";

const http = process.env.BIGCOMMERCE_URL;
const https = http.replace("http:", "https:");
let pages, browser, page;

/** A browser of the user whose home is `home`. */
const launch = (home, ...args) =>
  chromium.launch({
    executablePath: process.env.CHROMIUM,
    env: { ...process.env, HOME: `${process.cwd()}/${home}` },
    args: [
      "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
      "--disable-component-update", "--disable-sync", ...args,
    ],
  });

/** The hash of the server's key, by which Chromium can be told to trust it. */
async function keyHash() {
  const { hostname: host, port } = new URL(https);
  const socket = connect({ host, port });
  await once(socket, "secureConnect");
  const key = socket.getPeerX509Certificate().publicKey.export({ type: "spki", format: "der" });
  socket.destroy();
  return createHash("sha256").update(key).digest("base64");
}

/** Opens the page. By `localhost` it is another origin than by the address. */
async function open(browser, host = "127.0.0.1") {
  const page = await browser.newPage();
  await page.goto(`http://${host}:${pages.address().port}/`);
  return page;
}

/** What the page's fetch has for it: the answer, or the name of the error. */
const call = (page, url, { method = "GET", token = "any", body, headers = {}, ...more } = {}) =>
  page.evaluate(
    async ([url, options]) => {
      try {
        const answer = await fetch(url, options);
        const text = await answer.text();
        const json = answer.headers.get("content-type") === "application/json";
        const headers = Object.fromEntries(answer.headers);
        return { type: answer.type, status: answer.status, headers, body: json ? JSON.parse(text) : text };
      } catch (error) {
        return { error: error.name };
      }
    },
    [url, {
      method,
      headers: {
        ...(token && { "X-Auth-Token": token }), ...(body && { "Content-Type": "application/json" }), ...headers,
      },
      body: body && JSON.stringify(body),
      ...more,
    }],
  );

before(async () => {
  pages = createServer((_, answer) => answer.end("<!doctype html><title>A shop's page</title>"));
  pages.listen(0, "127.0.0.1");
  await once(pages, "listening");
  browser = await (process.env.TRUST === "store"
    ? launch("home")
    : launch("stranger", `--ignore-certificate-errors-spki-list=${await keyHash()}`));
  page = await open(browser);
});
after(async () => {
  await browser?.close();
  pages.close();
});

for (const [scheme, base] of Object.entries({ http, https })) {
  test(`V2 by ${scheme}`, async (t) => {
    const shop = await store(t);
    const customers = `${base}/stores/${shop.hash}/v2/customers`;
    const headers = { Accept: "application/json" };
    const made = await call(page, customers, { method: "POST", body: jane, headers });
    assert.equal(made.status, 201);
    assert.equal(made.body.email, jane.email);
    assert.equal(made.body.addresses.url, `${customers}/1/addresses`);
    assert.match(made.headers.location, /\/v2\/customers\/1$/);
    const changed = await call(page, `${customers}/1`, { method: "PUT", body: { last_name: "Roe" }, headers });
    assert.deepEqual([changed.status, changed.body.last_name], [200, "Roe"]);
    assert.deepEqual((await call(page, `${customers}/count`, { headers })).body, { count: 1 });
    const gone = await call(page, `${customers}/1`, { method: "DELETE", headers });
    assert.deepEqual([gone.status, gone.body], [204, ""]);
    const missing = await call(page, `${customers}/1`, { headers });
    assert.deepEqual(missing.body, [{ status: 404, message: "The requested resource was not found." }]);
    const origin = new URL(page.url()).origin;
    await shop.verify(5, { headers: { origin } });
  });

  test(`V3 by ${scheme}, with headers that pages may read`, async (t) => {
    const shop = await store(t);
    const customers = `${base}/stores/${shop.hash}/v3/customers`;
    const made = await call(page, customers, { method: "POST", body: [jane] });
    assert.equal(made.status, 200);
    assert.match(made.headers["x-request-id"], /^[0-9a-f]{32}$/);
    assert.deepEqual(
      ["left", "quota"].map((name) => made.headers[`x-rate-limit-requests-${name}`]), ["9999", "10000"],
    );
    assert.equal(made.headers["x-rate-limit-time-window-ms"], "30000");
    assert.match(made.headers["x-rate-limit-time-reset-ms"], /^[0-9]+$/);
    const changed = await call(page, customers, { method: "PUT", body: [{ id: 1, notes: "seen" }] });
    assert.equal(changed.body.data[0].notes, "seen");
    assert.deepEqual((await call(page, `${customers}?id:in=1`)).body.data.map(({ id }) => id), [1]);
    assert.equal((await call(page, `${customers}?id:in=1`, { method: "DELETE" })).status, 204);
    assert.deepEqual((await call(page, customers)).body.data, []);
  });

  test(`a page may not read or write the control API by ${scheme}`, async (t) => {
    const { hash } = await store(t);
    assert.deepEqual(await call(page, `${base}/_mock/stores`, { token: null }), { error: "TypeError" });
    assert.deepEqual(await call(page, `${base}/_mock/stores/${hash}`, { method: "DELETE", token: null }), { error: "TypeError" });
    // What a page may send without asking first, and whose answer it never sees.
    const taken = `${hash}-${scheme}`;
    const blind = await call(page, `${base}/_mock/stores`, {
      method: "POST", mode: "no-cors", token: null, headers: { "Content-Type": "text/plain" }, body: { hash: taken },
    });
    assert.deepEqual([blind.type, blind.status, blind.body], ["opaque", 0, ""]);
    const { stores } = await control("GET", `/_mock/stores?prefix=${hash}`);
    assert.deepEqual(stores.map(({ hash }) => hash), [hash]);
  });
}

test("pages may read refusals, too", async (t) => {
  const closed = await store(t, strict);
  const url = `${https}/stores/${closed.hash}/v3/customers`;
  assert.deepEqual((await call(page, url, { token: "wrong" })).body.title, "Unauthorized");
  assert.equal((await call(page, url, { token: "look-only", method: "POST", body: [jane] })).status, 403);
  assert.equal((await call(page, url, { token: null })).body, "X-Auth-Token header is required");
  const spent = await store(t, quota);
  await spent.exhaust();
  const refused = await call(page, `${https}/stores/${spent.hash}/v3/customers`);
  assert.deepEqual([refused.status, refused.headers["x-retry-after"]], [429, "2"]);
  const asked = await call(page, `${https}/stores/${spent.hash}/v3/customers`, { headers: { Prefer: "code=503" } });
  assert.deepEqual([asked.status, asked.headers["preference-applied"]], [503, "code=503"]);
});

test("a store says which origins it lets in", async (t) => {
  const { origin } = new URL(page.url());
  const other = await open(browser, "localhost");
  const shop = await store(t, { settings: { cors: [origin] } });
  const url = `${https}/stores/${shop.hash}/v3/customers`;
  assert.equal((await call(page, url, { method: "POST", body: [jane] })).status, 200);
  const joe = { ...jane, email: "joe@example.com" };
  assert.deepEqual(await call(other, url, { method: "POST", body: [joe] }), { error: "TypeError" });
  assert.deepEqual(await call(other, url), { error: "TypeError" });
  const shut = await store(t, { settings: { cors: "off" } });
  assert.deepEqual(await call(page, `${https}/stores/${shut.hash}/v3/customers`), { error: "TypeError" });
  // The browser asked, and then did not even send them.
  await shop.verify(1, { method: "POST" });
  await shop.verify(0, { method: "GET" });
  await shut.verify(0, { method: "GET" });
});

test("a browser that does not know the authority refuses https", async (t) => {
  const stranger = await launch("stranger");
  t.after(() => stranger.close());
  const { hash } = await store(t);
  const elsewhere = await open(stranger);
  assert.equal((await call(elsewhere, `${http}/stores/${hash}/v3/customers`)).status, 200);
  assert.deepEqual(await call(elsewhere, `${https}/stores/${hash}/v3/customers`), { error: "TypeError" });
});
