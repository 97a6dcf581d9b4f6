import { z } from "zod";
import { formatTimestamp } from "../timestamp.ts";

/** What answers a heartbeat on each path, whether it is signed or not. */
export const heartbeatAck = {
  type: "heartbeat_ack",
  data: () =>
    z.looseObject({ timestamp: z.string().describe("ISO 8601, UTC"), echo: z.unknown().optional() }),
  /** At a time, in milliseconds since the Unix epoch. */
  make: <Echo>(at: number, echo: Echo) => ({
    type: heartbeatAck.type,
    data: { timestamp: formatTimestamp(at), echo },
  }),
} as const;
