import { inject, test as base } from "vitest";
import { connect } from "./index.mjs";

export const test = base.extend({
  storeOptions: {},
  store: async ({ storeOptions }, use) => {
    const store = await connect(inject("bigcommerceMock")).store(storeOptions);
    try {
      await use(store);
    } finally {
      await store.delete();
    }
  },
});
