"use strict";
// Where the program is: what the variable names, or what the package of this platform has.

const platforms = ["linux-x64", "linux-arm64", "darwin-x64", "darwin-arm64", "win32-x64"];

exports.binary = function binary() {
  if (process.env.BIGCOMMERCE_MOCK_BINARY) return process.env.BIGCOMMERCE_MOCK_BINARY;
  const platform = `${process.platform}-${process.arch}`;
  const file = process.platform === "win32" ? "bigcommerce-mock.exe" : "bigcommerce-mock";
  try {
    return require.resolve(`@bigcommerce-mock/${platform}/${file}`);
  } catch {
    const why = platforms.includes(platform)
      ? `the package @bigcommerce-mock/${platform} is not installed; were optional dependencies left out?`
      : `there is no binary for ${platform}, only for ${platforms.join(", ")}.`;
    throw new Error(
      `bigcommerce-mock: ${why}\nUse the container image, or run 'cargo install --git https://github.com/bigcommerce-mock/bigcommerce-mock' ` +
        "and set BIGCOMMERCE_MOCK_BINARY=/path/to/bigcommerce-mock",
    );
  }
};
