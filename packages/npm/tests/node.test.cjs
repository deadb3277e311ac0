const assert = require("node:assert/strict");
const { test } = require("node:test");
const { start } = require("bigcommerce-mock");

test("CommonJS", async () => {
  const mock = await start();
  try {
    const store = await mock.store({ hash: "shop" });
    assert.equal(store.url, `${mock.url}/stores/shop`);
  } finally {
    await mock.stop();
  }
});
