import type { TestAPI } from "vitest";
import type { Store, StoreOptions } from "./index";

export const test: TestAPI<{ store: Store; storeOptions: StoreOptions }>;
