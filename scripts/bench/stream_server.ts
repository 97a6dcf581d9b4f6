import { type CreateApp, createGateway, defaultConfig, type Gateway, listen } from "../../lib/gateway/mod.ts";
import { serveCommands } from "./child.ts";
import { SteppedClock } from "./stepped_clock.ts";

/** The newest offset of each stream. */
export type Offsets = Readonly<Record<string, number>>;

// Half a second past the polls, so that a batch that they begin is sent before the next second is asked for.
const start = Date.UTC(2026, 10, 21, 12) + 500;
const unlimited = 100_000;

/** A gateway in front of the simulated node, whose time passes when it is told to: streams as fast as they are taken. */
export async function streamServer(createApp: CreateApp): Promise<void> {
  const clock = new SteppedClock(start);
  const gateway = await openGateway(clock);
  const { url } = listen(gateway, createApp);
  const streams = gateway.streams.list();
  const settled = () => Promise.all(streams.map((stream) => stream.settled()));
  await serveCommands({
    url: () => url,
    pass: async (milliseconds: number): Promise<Offsets> => {
      await clock.pass(milliseconds, settled);
      return Object.fromEntries(streams.map(({ name, channel }) => [name, channel.offset]));
    },
  });
}

async function openGateway(clock: SteppedClock): Promise<Gateway> {
  const folder = await Deno.makeTempDir({ prefix: "heliograph-bench-" });
  try {
    const config = defaultConfig({
      port: 0,
      store: ":memory:",
      validator_key: `${folder}/validator.key`,
      "crypto.workers": 1,
      "http.rate_limit": unlimited,
      "websocket.max_connections": unlimited,
      "websocket.max_connections_per_address": unlimited,
      "websocket.max_strangers_per_address": unlimited,
    });
    return await createGateway(config, clock);
  } finally {
    // The key is read by now, and this process is killed in the end.
    await Deno.remove(folder, { recursive: true });
  }
}
