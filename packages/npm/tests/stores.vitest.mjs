import { expect, inject } from "vitest";
import { test } from "bigcommerce-mock/vitest";

let first;
test("each test has a store", ({ store }) => {
  first = store.hash;
  expect(first).toMatch(/./);
});
test("the store before is gone", async ({ store }) => {
  expect(store.hash).not.toBe(first);
  expect((await fetch(`${inject("bigcommerceMock")}/_mock/stores/${first}`)).status).toBe(404);
});
