import { start } from "./index.mjs";

export default async function setup({ provide }) {
  const mock = await start({ args: ["--password-hashing", "fast"] });
  provide("bigcommerceMock", mock.url);
  return () => mock.stop();
}
