import { jobChannel } from "./jobs.ts";
import type { Channel } from "./message.ts";
import { minerChannel } from "./miners.ts";
import { streamChannel } from "./streams.ts";

export type { Channel, Message } from "./message.ts";

/** Everything that is spoken on connections. */
export const channels: readonly Channel[] = [minerChannel, streamChannel, jobChannel];
