"use strict";
const { start } = require("./index.cjs");

module.exports = async function setup() {
  const mock = await start({ args: ["--password-hashing", "fast"] });
  // Workers inherit the environment.
  process.env.BIGCOMMERCE_MOCK_URL = mock.url;
  globalThis.bigcommerceMock = mock;
};
