import { isFile, openEngine } from "../../lib/engine/mod.ts";
import { type Config, createGateway, defaultConfig, type Gateway, listen } from "../../lib/gateway/mod.ts";
import { type Clock, systemClock } from "../../lib/protocol/mod.ts";
import { createApp } from "../../routes/mod.ts";

/** The admin token of test gateways. */
export const adminToken = "an-admin-token-for-tests";

/** A real gateway on a free port, with a store and a key of its own. */
export interface TestGateway extends AsyncDisposable {
  readonly gateway: Gateway;
  /** Such as `http://127.0.0.1:40123`. */
  readonly url: string;
  /** Where operators connect: the same, where they have no port of their own. */
  readonly adminUrl: string;
  /** The path where miners connect. */
  readonly ws: string;
  /** Calls the operator's API and answers its JSON; throws on a status of 400 and above. */
  admin(method: string, path: string, body?: unknown): Promise<Record<string, unknown>>;
  stop(): Promise<void>;
}

/**
 * Starts a gateway in this process: store in memory, one worker, limits wide enough not to be in a test's way. Those of one
 * store in a file have the same key.
 */
export async function startGateway(
  overrides: Partial<Config> = {},
  clock: Clock = systemClock,
  open: typeof openEngine = openEngine,
): Promise<TestGateway> {
  const folder = await Deno.makeTempDir({ prefix: "heliograph-test-" });
  const config = defaultConfig({
    port: 0,
    store: ":memory:",
    validator_key: overrides.store === undefined || !isFile(overrides.store)
      ? `${folder}/validator.key`
      : `${overrides.store}.key`,
    admin_token: adminToken,
    "crypto.workers": 1,
    "websocket.max_strangers_per_address": 10_000,
    "inscriptions.payment_delay": 0,
    // Other tests of the same process take memory as they like.
    "memory.max_growth": 2 ** 36,
    "memory.limit": 2 ** 36,
    ...overrides,
  });
  const gateway = await createGateway(config, clock, open);
  const listening = listen(gateway, createApp);
  let stopped: Promise<void> | undefined;
  const stop = () =>
    stopped ??= (async () => {
      await listening.stop();
      await Deno.remove(folder, { recursive: true });
    })();
  return {
    gateway,
    url: listening.url,
    adminUrl: listening.adminUrl,
    ws: `${listening.url.replace("http", "ws")}/ws`,
    admin: (method, path, body) => callAdmin(`${listening.adminUrl}${path}`, method, body),
    stop,
    [Symbol.asyncDispose]: stop,
  };
}

/** Calls the operator's API with {@link adminToken}. */
export async function callAdmin(
  url: string,
  method: string,
  body?: unknown,
): Promise<Record<string, unknown>> {
  const response = await fetch(url, {
    method,
    headers: { authorization: `Bearer ${adminToken}` },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  const text = await response.text();
  if (!response.ok) throw new Error(`${method} ${url}: ${response.status} ${text}`);
  return JSON.parse(text);
}
