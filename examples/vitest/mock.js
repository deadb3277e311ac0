// Run on Debian 12 with Node 20 and Vitest 4.1.12, bigcommerce-mock in the PATH: npm test
// One server for all test files.
import { spawn } from "node:child_process";
import { once } from "node:events";

let server;

export async function setup({ provide }) {
  const flags = ["--port", "0", "--seed", "none", "--password-hashing", "fast"];
  server = spawn("bigcommerce-mock", flags, { stdio: ["ignore", "pipe", "inherit"] });
  // The first line that it prints: listening on http://127.0.0.1:12345
  const [text] = await once(server.stdout, "data");
  provide("mock", String(text).match(/http:\S+/)[0]);
}

export async function teardown() {
  const end = once(server, "exit");
  server.kill();
  await end;
}
