"use strict";
module.exports = () => globalThis.bigcommerceMock?.stop();
