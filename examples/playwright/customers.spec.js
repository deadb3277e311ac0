// Run on Debian 12 with Node 20, @playwright/test 1.65.1 and Debian's Chromium, bigcommerce-mock in the PATH: npm test
import { test as base, expect } from "@playwright/test";

// A store for each test.
const test = base.extend({
  store: async ({ request }, use, { config }) => {
    const jane = { first_name: "Jane", last_name: "Doe", email: "jane@example.com" };
    const stores = `${config.metadata.mock}/_mock/stores`;
    const store = await (await request.post(stores, { data: { seed: { customers: [jane] } } })).json();
    await use({ ...store, control: `${stores}/${store.hash}` });
    await request.delete(`${stores}/${store.hash}`);
  },
});

test("a customer is added", async ({ page, store, request }) => {
  await page.goto(`/?api=${store.urls.v3}`);
  await expect(page.getByRole("listitem")).toHaveText(["jane@example.com"]);
  await page.getByRole("textbox").fill("ada@example.com");
  await page.getByRole("button").click();
  await expect(page.getByRole("status")).toHaveText("added");
  await expect(page.getByRole("listitem")).toHaveText(["jane@example.com", "ada@example.com"]);

  const match = { operation: "v3.createCustomers", body: [{ email: "ada@example.com" }] };
  const verified = await request.post(`${store.control}/verify`, { data: { match, count: { exactly: 1 } } });
  expect(verified.ok(), await verified.text()).toBe(true);
});

test("a refusal is shown", async ({ page, store }) => {
  await page.goto(`/?api=${store.urls.v3}`);
  await page.getByRole("textbox").fill("jane@example.com");
  await page.getByRole("button").click();
  await expect(page.getByRole("status")).toHaveText("Create customers failed.");
});
