import type { Store, StoreOptions } from "./index";

export function useStore(options?: StoreOptions): () => Store;
