import { defineConfig } from "vitest/config";

export default defineConfig({
  test: { globalSetup: "bigcommerce-mock/vitest-setup", include: ["*.vitest.mjs"] },
});
