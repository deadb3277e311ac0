"use strict";
const { spawn } = require("node:child_process");
const fs = require("node:fs");
const os = require("node:os");
const path = require("node:path");
const { binary } = require("./binary.cjs");

async function call(url, method, route, body) {
  const answer = await fetch(url + route, {
    method,
    headers: body === undefined ? {} : { "Content-Type": "application/json" },
    body: body === undefined ? undefined : JSON.stringify(body),
  });
  const text = await answer.text();
  if (answer.ok) return text ? JSON.parse(text) : undefined;
  let error;
  try {
    ({ error } = JSON.parse(text));
  } catch {
    // Not from the program.
  }
  if (!error) throw new Error(`${method} ${route}: ${answer.status} ${text}`);
  // What a failed verify says is made for a failed test, and stays as it is.
  if (error.code === "verification_failed") throw new Error(error.message);
  const at = error.at ? ` (at ${error.at})` : "";
  const hint = error.hint ? `; ${error.hint}` : "";
  throw new Error(`${error.message}${at}${hint}`);
}

/** The server at `url`, which somebody else started. */
function connect(url) {
  return {
    url,
    async store({ settings, ...options } = {}) {
      const { hash, token, urls } = await call(url, "POST", "/_mock/stores", options);
      const route = `/_mock/stores/${hash}`;
      const store = {
        hash,
        token,
        url: `${url}/stores/${hash}`,
        v2: urls.v2,
        v3: urls.v3,
        delete: () => call(url, "DELETE", route),
        reset: () => call(url, "POST", `${route}/reset`),
        verify: (expectation) => call(url, "POST", `${route}/verify`, expectation),
        requests: async (query = {}) =>
          (await call(url, "GET", `${route}/requests?${new URLSearchParams(query)}`)).requests,
      };
      if (settings) {
        try {
          await call(url, "PATCH", `${route}/settings`, settings);
        } catch (error) {
          await store.delete();
          throw error;
        }
      }
      return store;
    },
    reset: () => call(url, "POST", "/_mock/reset"),
  };
}

/** Starts a server of its own. */
async function start({ seed = "none", port = 0, args = [], env = {}, timeout = 10_000 } = {}) {
  const program = binary();
  let directory;
  if (typeof seed === "object") {
    // A file, not a call: so POST /_mock/reset goes back to it.
    directory = fs.mkdtempSync(path.join(os.tmpdir(), "bigcommerce-mock-"));
    const file = path.join(directory, "seed.json");
    fs.writeFileSync(file, JSON.stringify(seed));
    seed = file;
  }
  try {
    const server = await spawned(program, ["--port", String(port), "--seed", seed, ...args], env, timeout);
    let caPem;
    try {
      const answer = await fetch(`${server.url}/_mock/ca.pem`);
      if (answer.ok) caPem = await answer.text();
    } catch (error) {
      await server.stop();
      throw error;
    }
    return { ...connect(server.url), caPem, stop: server.stop };
  } finally {
    if (directory) fs.rmSync(directory, { recursive: true, force: true });
  }
}

function spawned(program, args, env, timeout) {
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, { env: { ...process.env, ...env }, stdio: ["ignore", "pipe", "pipe"] });
    const ended = new Promise((done) => child.once("close", done));
    const end = () => child.kill();
    process.on("exit", end);
    let watcher;
    if (child.pid && process.platform !== "win32") {
      // Its input ends with this process, however that ends; then it ends the server.
      watcher = spawn("sh", ["-c", 'read -r _; kill "$0"', String(child.pid)], { stdio: ["pipe", "ignore", "ignore"] });
      watcher.on("error", () => {});
      watcher.stdin.on("error", () => {});
      watcher.unref();
      watcher.stdin.unref();
    }
    child.once("exit", () => {
      process.off("exit", end);
      watcher?.kill("SIGKILL");
    });

    let out = "";
    let errors = "";
    let late = false;
    const timer = setTimeout(() => {
      late = true;
      child.kill("SIGKILL");
    }, timeout);
    child.once("error", (error) => {
      clearTimeout(timer);
      process.off("exit", end);
      reject(error);
    });
    const early = () => {
      clearTimeout(timer);
      const why = late ? `bigcommerce-mock did not start within ${timeout} ms` : "bigcommerce-mock ended at its start";
      reject(new Error(errors.trim() || why));
    };
    child.once("close", early);
    const collect = (text) => (errors += text);
    child.stderr.setEncoding("utf8").on("data", collect);
    child.stdout.setEncoding("utf8").on("data", function read(text) {
      out += text;
      const url = /^listening on (\S+)\n/.exec(out)?.[1];
      if (!url) return;
      clearTimeout(timer);
      child.off("close", early);
      // What still comes is read and dropped, so that the server never waits for us, nor we for it.
      child.stdout.off("data", read).resume();
      child.stderr.off("data", collect).resume();
      for (const handle of [child, child.stdout, child.stderr]) handle.unref();
      resolve({
        url,
        stop: async () => {
          child.ref();
          child.stdout.ref();
          child.stderr.ref();
          child.kill();
          await ended;
        },
      });
    });
  });
}

exports.start = start;
exports.connect = connect;
