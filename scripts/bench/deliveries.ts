import { Helper } from "./child.ts";
import type { BenchContext } from "./context.ts";
import type { Figure } from "./figure.ts";
import type { Delivered, Target } from "./fleet.ts";
import { type CpuTimes, cpuTimes, keepToCore } from "./process_stats.ts";
import { BenchServer } from "./server.ts";
import { median } from "../../lib/telemetry/mod.ts";

/** Clients of the two servers of a kind; the slope between them is what one more client costs. */
const sizes = { few: 50, many: 1000 } as const;
const rounds = 6;
/** Updates with which a server warms up. */
const warmUp = 50;
const goal = 1.05;
/** Seconds; what connections cost by being there is measured by itself. */
const quiet = ["--websocket.heartbeat_interval=3600", "--websocket.connection_timeout=7200"];

/** Where servers and clients run: beside each other, a delivery costs what the scheduler makes of it. */
const cores = { server: 0, clients: 1 } as const;

/** A server with its clients. */
interface Crowd {
  readonly pid: number;
  readonly fleet: Helper;
  readonly size: number;
  readonly target: Target;
}

/** Servers of a kind that send in the same way, and what they are asked to send. */
interface Sender {
  readonly few: Crowd;
  readonly many: Crowd;
  body(): string;
}

/** Gateways, and bare loops that send as soon as they have the update, or after an operation that they await. */
const senders = ["ours", "bare", "awaiting"] as const;
type Senders = Readonly<Record<typeof senders[number], Sender>>;
/** Microseconds for each delivery. */
type Costs = Readonly<Record<typeof senders[number], CpuTimes>>;

/** What one more client costs a server for each update. */
interface Deliveries {
  readonly figures: readonly Figure[];
  readonly note: string;
}

/** Measures what a delivery of such an update costs the server, beside bare loops over `Deno.upgradeWebSocket`. */
export async function measureDeliveries(
  body: () => string,
  { seconds, tell }: BenchContext,
): Promise<Deliveries> {
  await using stack = new AsyncDisposableStack();
  tell(`fanout: connecting ${sizes.few} and ${sizes.many} clients to servers of each kind`);
  const ours = await ourSender(stack, body);
  const { frameBytes } = await broadcast(ours.many, bodiesOf(ours, warmUp));
  const [bare, awaiting] = await bareSenders(stack, frameBytes);
  const all: Senders = { ours, bare, awaiting };
  const isApart = await keepApart([ours, bare]);
  for (const name of senders) await slope(all[name], warmUp);
  const updates = await updatesFor(ours, seconds / rounds);
  const costs: Costs[] = [];
  for (let round = 1; round <= rounds; round++) {
    tell(`fanout: round ${round} of ${rounds}`);
    costs.push({
      bare: await slope(bare, updates),
      ours: await slope(ours, updates),
      awaiting: await slope(awaiting, updates),
    });
  }
  return report(costs, { frameBytes, updates, isApart });
}

/** Has servers run on one core and clients on another. */
async function keepApart(senders: readonly Sender[]): Promise<boolean> {
  const crowds = senders.flatMap(({ few, many }) => [few, many]);
  const kept = await Promise.all(crowds.flatMap(({ pid, fleet }) => [
    keepToCore(pid, cores.server),
    keepToCore(fleet.pid, cores.clients),
  ]));
  return kept.every(Boolean);
}

async function ourSender(stack: AsyncDisposableStack, body: () => string): Promise<Sender> {
  const crowd = async (size: number) => {
    const server = stack.use(await BenchServer.start({ miners: size, flags: quiet }));
    const fleet = stack.use(Helper.start("fleet"));
    await fleet.ask("join", { url: server.ws, first: 0, count: size, authenticate: true });
    return { pid: server.pid, fleet, size, target: server.publishing };
  };
  return { few: await crowd(sizes.few), many: await crowd(sizes.many), body };
}

/** The same servers, asked to send in one way and in the other. */
async function bareSenders(stack: AsyncDisposableStack, frameBytes: number): Promise<[Sender, Sender]> {
  const crowd = async (size: number) => {
    const server = stack.use(Helper.start("bare-server"));
    const fleet = stack.use(Helper.start("fleet"));
    const address = `127.0.0.1:${await server.ask<number>("port")}`;
    await fleet.ask("join", { url: `ws://${address}`, first: 0, count: size, authenticate: false });
    return { pid: server.pid, fleet, size, target: { url: `http://${address}/`, headers: {} } };
  };
  const [few, many] = [await crowd(sizes.few), await crowd(sizes.many)];
  const body = () => "x".repeat(frameBytes);
  const awaiting = (crowd: Crowd) => ({
    ...crowd,
    target: { ...crowd.target, url: `${crowd.target.url}kept` },
  });
  return [{ few, many, body }, { few: awaiting(few), many: awaiting(many), body }];
}

function bodiesOf({ body }: Sender, updates: number): string[] {
  return Array.from({ length: updates }, body);
}

async function broadcast({ fleet, target, size }: Crowd, bodies: readonly string[]): Promise<Delivered> {
  const delivered = await fleet.ask<Delivered>("broadcast", { server: target, bodies });
  const expected = bodies.length * size;
  if (delivered.deliveries === expected) return delivered;
  throw new Error(`${delivered.deliveries} of ${expected} updates were delivered`);
}

/** How many updates take about so many seconds. */
async function updatesFor(sender: Sender, seconds: number): Promise<number> {
  const start = performance.now();
  await broadcast(sender.many, bodiesOf(sender, 20));
  return Math.max(5, Math.round(20 * seconds / ((performance.now() - start) / 1000)));
}

/** What one more client costs for each of so many updates, in microseconds. */
async function slope(sender: Sender, updates: number): Promise<CpuTimes> {
  const spend = async (crowd: Crowd) => {
    const bodies = bodiesOf(sender, updates);
    const before = cpuTimes(crowd.pid);
    await broadcast(crowd, bodies);
    const after = cpuTimes(crowd.pid);
    return { user: after.user - before.user, system: after.system - before.system };
  };
  const [few, many] = [await spend(sender.few), await spend(sender.many)];
  const deliveries = updates * (sizes.many - sizes.few);
  return {
    user: 1e6 * (many.user - few.user) / deliveries,
    system: 1e6 * (many.system - few.system) / deliveries,
  };
}

function total({ user, system }: CpuTimes): number {
  return user + system;
}

function report(
  costs: readonly Costs[],
  { frameBytes, updates, isApart }: { frameBytes: number; updates: number; isApart: boolean },
): Deliveries {
  const typical = (name: keyof Costs) => median(costs.map((cost) => total(cost[name])));
  const cheapest = typical("bare") <= typical("awaiting") ? "bare" : "awaiting";
  const compared = (name: string, against: keyof Costs, where: string, of: (times: CpuTimes) => number) => ({
    name,
    value: median(costs.map(({ ours }) => of(ours))),
    unit: "µs",
    baseline: median(costs.map((cost) => of(cost[against]))),
    against: where,
    ratio: median(costs.map((cost) => of(cost.ours) / of(cost[against]))),
  });
  const loop = "bare Deno.upgradeWebSocket loop, frames of the same size, sent in the cheaper turn";
  const same = "the same loop, sent after an awaited write to the disk as ours are";
  const figure = compared("CPU per delivered update", cheapest, loop, total);
  return {
    figures: [
      { ...figure, goal: `at most ${goal}`, reached: figure.ratio <= goal },
      compared("of that in user mode", cheapest, loop, ({ user }) => user),
      compared("of that in system mode", cheapest, loop, ({ system }) => system),
      compared("CPU per delivered update, like turns", "awaiting", same, total),
    ],
    note:
      `fanout: signed frames of ${frameBytes} bytes; the slope, which is the CPU of a server's process with ` +
      `${sizes.many} connections (authenticated, without heartbeats) less that of one with ${sizes.few}, by the ` +
      `deliveries that it made more; ${rounds} rounds of ${updates} updates by turns, one after the other, each when all ` +
      `have the one before; every delivery counted; servers and clients ${
        isApart ? "each on a core of their own" : "not kept to a core, so that the scheduler has a part in it"
      }`,
  };
}
