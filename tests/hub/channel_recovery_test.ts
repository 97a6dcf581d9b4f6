import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import { HistoryBudget, Hub, LogChannel, Priority } from "../../lib/hub/mod.ts";
import type { HubLimits } from "../../lib/hub/hub.ts";
import { closes } from "../../lib/protocol/mod.ts";
import { Activity } from "../../lib/telemetry/mod.ts";
import { FakeClock, settle } from "../helpers/fake_clock.ts";
import { FakeLog } from "../helpers/fake_log.ts";
import { FakeLink } from "../helpers/fake_link.ts";

const limits: HubLimits = {
  maxConnections: 100,
  maxConnectionsPerAddress: 100,
  heartbeatInterval: 60_000,
  connectionTimeout: 1e9,
  authTimeout: 1e9,
  maxMessageSize: 1024,
  maxQueue: 1e9,
  rateLimit: 1e6,
};

/** What happens next to a publisher whose frames take a while, and to a client that comes and goes. */
type Step = "publish" | "make one" | "make newest" | "connect" | "welcome" | "drop" | "stall" | "read";

const step: fc.Arbitrary<Step> = fc.constantFrom(
  "publish",
  "publish",
  "make one",
  "make one",
  "make newest",
  "connect",
  "welcome",
  "drop",
  "stall",
  "read",
);

/** Big enough that a few of them fill the transport's buffer, so that some wait in the outbox. */
const filler = "x".repeat(20_000);

/** A client that keeps its position over its connections, as the protocol tells it to. */
class Client {
  readonly received: number[] = [];
  position: { epoch: string; offset: number };
  link: FakeLink | undefined;
  #seen = 0;

  constructor(epoch: string) {
    this.position = { epoch, offset: 0 };
  }

  connect(): FakeLink {
    this.#seen = 0;
    return this.link = new FakeLink();
  }

  /** Takes in what has come; what the transport still buffers is lost when the connection drops. */
  takeIn(): void {
    if (this.link === undefined || this.link.stuck) return;
    for (const frame of this.link.sent.slice(this.#seen)) {
      if (frame.startsWith("welcome")) continue;
      const offset = parseInt(frame);
      this.received.push(offset);
      this.position = { ...this.position, offset };
    }
    this.#seen = this.link.sent.length;
  }
}

Deno.test("whatever the interleaving, a client that recovers gets every publication once and in order", async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(step, { maxLength: 60 }), async (steps) => {
      const clock = new FakeClock();
      const hub = new Hub({ clock, limits });
      const channel = new LogChannel("a", {
        priority: Priority.update,
        clock,
        settings: { size: 1000, ttl: 1e9, budget: new HistoryBudget(1e9), activity: new Activity() },
        followers: new FakeLog(clock).followers,
        frames: () => Promise.resolve("lost"),
      });
      await channel.begin();
      let appended = 0;
      const client = new Client("e");
      const making: (() => void)[] = [];
      let welcome: (() => void) | undefined;
      let drop = () => {};

      const connect = () => {
        drop();
        const link = client.connect();
        const connection = hub.admit(link, hub.reserve("a"), "miners");
        connection.hold();
        const { recovered, missed } = channel.subscribe(connection, client.position);
        assertEquals(recovered, true);
        welcome = () => {
          connection.release([
            { frame: "welcome", priority: Priority.reply },
            ...missed.map(({ frame }) => ({ frame, priority: Priority.update })),
          ]);
          welcome = undefined;
        };
        drop = () => {
          client.takeIn();
          channel.unsubscribe(connection);
          hub.release(connection, closes.normal);
          client.link = undefined;
          welcome = undefined;
          drop = () => {};
        };
      };

      const actions: Record<Step, () => unknown> = {
        "publish": () => {
          const offset = appended += 1;
          void channel.publishInTurn(
            offset,
            new Promise((resolve) => making.push(() => resolve(`${offset} ${filler}`))),
          );
        },
        "make one": () => making.shift()?.(),
        "make newest": () => making.pop()?.(),
        "connect": connect,
        "welcome": () => welcome?.(),
        "drop": () => drop(),
        "stall": () => client.link !== undefined && (client.link.stuck = true),
        "read": () => client.link?.read(),
      };
      for (const name of steps) {
        actions[name]();
        await clock.advance(20);
        client.takeIn();
        const { link } = client;
        if (link !== undefined && link.sent.length > 0) assert(link.sent[0]?.startsWith("welcome"));
      }
      for (const made of making) made();
      await channel.settled();
      if (client.link === undefined) connect();
      welcome?.();
      client.link?.read();
      await clock.advance(20);
      client.takeIn();
      assertEquals(client.received, Array.from({ length: channel.offset }, (_, index) => index + 1));
      drop();
      await settle();
      assertEquals([hub.size, channel.subscribers], [0, 0]);
      hub.stop();
    }),
    { numRuns: 60 },
  );
});
