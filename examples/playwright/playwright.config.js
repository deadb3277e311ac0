// Run on Debian 12 with Node 20, @playwright/test 1.65.1 and Debian's Chromium, bigcommerce-mock in the PATH: npm test
import { defineConfig } from "@playwright/test";

const mock = Number(process.env.MOCK_PORT ?? 2442);
const app = Number(process.env.APP_PORT ?? 5173);

export default defineConfig({
  testMatch: "*.spec.js",
  webServer: [
    {
      command: `bigcommerce-mock --port ${mock} --seed none --password-hashing fast`,
      url: `http://127.0.0.1:${mock}/readyz`,
      gracefulShutdown: { signal: "SIGTERM", timeout: 5000 },
    },
    { command: `node app.js ${app}`, url: `http://127.0.0.1:${app}/` },
  ],
  use: {
    baseURL: `http://127.0.0.1:${app}`,
    launchOptions: {
      // Unset, Playwright takes the browser that it installed itself.
      executablePath: process.env.CHROMIUM,
      args: ["--no-first-run", "--disable-background-networking", "--disable-component-update", "--disable-sync"],
    },
  },
  metadata: { mock: `http://127.0.0.1:${mock}` },
});
