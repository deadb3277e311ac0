module.exports = {
  globalSetup: "bigcommerce-mock/jest-setup",
  globalTeardown: "bigcommerce-mock/jest-teardown",
  testMatch: ["**/*.jest.cjs"],
};
