import { median, percentile } from "../../telemetry/mod.ts";
import { type Check, type Context, fine, found, type Outcome, patience, skipped } from "../check.ts";
import { bounded, openSocket } from "../dial.ts";
import type { Known } from "../known.ts";
import type { Socket } from "../net/socket.ts";
import { Closed, isAnswer, nextMessage } from "../probe.ts";
import { duration, reasonOf } from "../shown.ts";

/** Below what a server allows in one burst. */
const count = 20;
const longMs = 1000;

/** Measures how long heartbeats take to be answered. */
export const roundTrip: Check = {
  id: "heartbeat",
  async run(context) {
    const { socket } = context.known;
    if (socket === undefined) return skipped("no frames pass");
    const times: number[] = [];
    try {
      await bounded(context, patience.roundTrips, async (scope) => {
        const upgraded = await openSocket(context, scope, socket.path);
        if (!upgraded.opened) throw new Closed(upgraded.head.status, "the upgrade was refused this time");
        while (times.length < count) {
          times.push(await beat(context, upgraded.socket, socket, times.length));
          context.tell(`${times.length} of ${count}`);
        }
        await upgraded.socket.close();
      });
    } catch (error) {
      context.signal.throwIfAborted();
      return found("heartbeat-lost", `after ${times.length} of ${count}: ${reasonOf(error)}`);
    }
    return judge(times);
  },
};

async function beat(
  { stopwatch }: Context,
  socket: Socket,
  { probe, dialect }: NonNullable<Known["socket"]>,
  index: number,
): Promise<number> {
  const start = stopwatch();
  if (probe !== undefined && dialect === "plain") {
    await socket.send(probe);
    await nextMessage(socket, isAnswer);
  } else {
    const payload = `beat ${index}`;
    await socket.ping(payload);
    await nextMessage(
      socket,
      (message) => message.kind === "pong" && new TextDecoder().decode(message.bytes) === payload,
    );
  }
  return stopwatch() - start;
}

function judge(times: readonly number[]): Outcome {
  const [least, middle, p99] = [Math.min(...times), median(times), percentile(times, 0.99)];
  const facts = { count: times.length, min_ms: least, median_ms: middle, p99_ms: p99 };
  const summary = `min ${duration(least)}, median ${duration(middle)}, p99 ${
    duration(p99)
  } of ${times.length}`;
  if (middle > longMs) return found("latency-high", summary, { facts });
  if (p99 > longMs && p99 > 10 * middle) return found("latency-uneven", summary, { facts });
  return fine(summary, facts);
}
