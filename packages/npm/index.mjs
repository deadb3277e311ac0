import mock from "./index.cjs";

export const { start, connect } = mock;
