import type { ByteLease } from "../../lib/hub/mod.ts";
import type { Client } from "./client.ts";

/** What a route knows beside the request. */
export interface Env {
  Bindings: {
    client: Client;
    /** Settles when a streamed answer was sent or never will be; undefined where that cannot be known. */
    over?: () => Promise<void> | undefined;
  };
  Variables: {
    /** What the request's body holds. */
    lease?: ByteLease;
    /** Counts the bytes of a body whose sender is not known against the rate of its address. */
    countBytes?: (bytes: number) => void;
  };
}
