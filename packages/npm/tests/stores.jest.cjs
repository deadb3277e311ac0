const { useStore } = require("bigcommerce-mock/jest");

const store = useStore();
let first;
test("each test has a store", () => {
  first = store().hash;
  expect(first).toMatch(/./);
});
test("the store before is gone", async () => {
  expect(store().hash).not.toBe(first);
  expect((await fetch(`${process.env.BIGCOMMERCE_MOCK_URL}/_mock/stores/${first}`)).status).toBe(404);
});
