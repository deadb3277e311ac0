"use strict";
const { connect } = require("./index.cjs");

/** Gives each test of the file, or of the `describe`, a store of its own. */
exports.useStore = function useStore(options) {
  let store;
  beforeEach(async () => {
    store = await connect(process.env.BIGCOMMERCE_MOCK_URL).store(options);
  });
  afterEach(async () => {
    await store?.delete();
    store = undefined;
  });
  return () => store;
};
