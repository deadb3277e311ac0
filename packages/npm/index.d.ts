export interface StartOptions {
  /** `none` (the default), `demo`, the path of a seed file, or what such a file holds. */
  seed?: string | object;
  /** 0, the default, takes a free one. */
  port?: number;
  /** More arguments of the program. */
  args?: string[];
  /** Variables on top of those of this process. */
  env?: Record<string, string>;
  /** How long the start may take, in milliseconds: 10000 unless said. */
  timeout?: number;
}

/** The body of `POST /_mock/stores`, and settings that are then changed. */
export interface StoreOptions {
  hash?: string;
  seed?: object;
  copy_of?: string;
  snapshot?: string;
  replace?: boolean;
  settings?: object;
}

export interface Store {
  hash: string;
  /** Opens the store with every scope; null if none does. */
  token: string | null;
  url: string;
  v2: string;
  v3: string;
  delete(): Promise<void>;
  reset(): Promise<object>;
  /** Rejects with the server's text if requests were not received as they should. */
  verify(expectation: object): Promise<{ matched: number; requests: number[] }>;
  requests(query?: Record<string, string>): Promise<Array<Record<string, any>>>;
}

export interface Connection {
  url: string;
  store(options?: StoreOptions): Promise<Store>;
  reset(): Promise<object>;
}

export interface Mock extends Connection {
  /** The authority that https clients must trust; undefined with `--no-tls`. */
  caPem?: string;
  stop(): Promise<void>;
}

export function start(options?: StartOptions): Promise<Mock>;
export function connect(url: string): Connection;
