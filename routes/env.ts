import type { Client } from "./client.ts";

/** What a route knows beside the request. */
export interface Env {
  Bindings: { client: Client };
}
