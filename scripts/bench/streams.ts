import { streamNames, streamSubprotocols } from "../../lib/protocol/mod.ts";
import type { BenchContext, BenchResult } from "./context.ts";
import { cpuSeconds, hasProcessStats } from "./process_stats.ts";
import { StreamFleet } from "./stream_fleet.ts";
import { type Measured, reportStreams, type Taken } from "./stream_report.ts";
import { startBare, startGateway, startListeners, StreamStage } from "./stream_stage.ts";

const rounds = 6;
/** Seconds after which the streams' polls fall together as before: each such run has the same mix of messages. */
const cycle = 30;

/** One kind of server and clients: with everybody, and with a single client, whose server does all but the deliveries. */
interface Side {
  readonly name: keyof Measured;
  readonly crowd: StreamStage;
  readonly alone: StreamStage;
}

/** What each second brings: whoever comes first writes it, the others are held to it. */
type Script = (readonly string[])[];

/** Server CPU and bytes per message to 1,000 subscribers of all streams, in each format, beside a bare loop. */
export async function streams({ seconds, subscribers, tell }: BenchContext): Promise<BenchResult> {
  if (!hasProcessStats) {
    return { figures: [], notes: ["streams: on Linux only, where /proc tells CPU times"] };
  }
  await using stack = new AsyncDisposableStack();
  tell(`streams: connecting ${subscribers} clients to each of four servers`);
  const names = ["plain", "bare", "batch", "deflate"] as const;
  const sides = await Promise.all(names.map((name) => openSide(name, subscribers, stack)));
  const cycles = await cyclesFor(sides, seconds / rounds);
  const measured: Record<keyof Measured, Taken[]> = { plain: [], bare: [], batch: [], deflate: [] };
  for (let round = 1; round <= rounds; round++) {
    tell(`streams: round ${round} of ${rounds}`);
    const script: Script = [];
    for (const side of sides) {
      measured[side.name].push(await measure(side, { script, seconds: cycles * cycle, subscribers }));
    }
  }
  return reportStreams(measured, { subscribers, seconds: rounds * cycles * cycle });
}

async function openSide(name: Side["name"], subscribers: number, stack: AsyncDisposableStack): Promise<Side> {
  const start = name === "bare" ? startBare : startGateway;
  const crowd = new StreamStage(await start(stack), startListeners(stack));
  const alone = new StreamStage(await start(stack), stack.use(new StreamFleet()));
  await gather(name, crowd, subscribers);
  await gather(name, alone, 1);
  return { name, crowd, alone };
}

/** Connects the clients, and lets each get the newest values that a subscription begins with. */
async function gather(name: Side["name"], stage: StreamStage, count: number): Promise<void> {
  if (name === "bare") return await stage.join({ count, protocol: null, streams: [] });
  const protocol = name === "plain" ? null : streamSubprotocols[name];
  await stage.join({ count, protocol, streams: streamNames });
  await stage.pass([]);
}

/** How many cycles a side gets through in so many seconds, at least one; all sides have warmed up then. */
async function cyclesFor(sides: readonly Side[], seconds: number): Promise<number> {
  await playCycle(sides);
  const start = performance.now();
  await playCycle(sides);
  const perSide = (performance.now() - start) / 1000 / sides.length;
  return Math.max(1, Math.floor(seconds / perSide));
}

async function playCycle(sides: readonly Side[]): Promise<void> {
  const script: Script = [];
  for (const side of sides) await play(side, script, cycle);
}

async function measure(
  side: Side,
  { script, seconds, subscribers }: { script: Script; seconds: number; subscribers: number },
): Promise<Taken> {
  const pids = [side.crowd.pid, side.alone.pid];
  const before = pids.map(cpuSeconds);
  const played = await play(side, script, seconds);
  const [all = NaN, alone = NaN] = pids.map((pid, index) =>
    1e6 * (cpuSeconds(pid) - (before[index] ?? NaN)) / played.messages
  );
  return { ...played, perDelivery: (all - alone) / (subscribers - 1), intake: alone };
}

/** Lets so many seconds of the streams' time pass, one after the other, each when everybody has all of the one before. */
async function play({ name, crowd, alone }: Side, script: Script, seconds: number) {
  const played = { messages: 0, frames: 0, bytes: 0, delays: [] as number[] };
  for (let second = 0; second < seconds; second++) {
    const start = performance.now();
    const { messages, frames, bytes } = await crowd.pass(script[second] ?? []);
    if (frames > 0) played.delays.push(performance.now() - start);
    const due = script[second] ??= messages;
    if (due.join() !== messages.join()) throw new Error(`${name}: other messages came than were due`);
    played.messages += messages.length;
    played.frames += frames;
    played.bytes += bytes;
    await alone.pass(due);
  }
  return played;
}
