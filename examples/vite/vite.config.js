// Run on Debian 12 with Node 20 and Vite 8.3.8: BIGCOMMERCE_URL=http://127.0.0.1:2442/stores/demo npm run dev
import { defineConfig } from "vite";

export default defineConfig({
  server: {
    proxy: {
      // The page asks its own origin for /bigcommerce/v3/customers. The token stays out of the browser.
      "/bigcommerce": {
        target: process.env.BIGCOMMERCE_URL ?? "http://127.0.0.1:2442/stores/demo",
        rewrite: (path) => path.replace("/bigcommerce", ""),
        headers: { "X-Auth-Token": process.env.BIGCOMMERCE_TOKEN ?? "any" },
        // The real service, put in the mock's place, knows itself by its name only.
        changeOrigin: true,
      },
    },
  },
});
