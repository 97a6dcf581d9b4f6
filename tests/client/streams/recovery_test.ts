import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import type { StreamFormat } from "../../../lib/protocol/streams.ts";
import { until } from "../../helpers/until.ts";
import { StreamScene } from "./stream_scene.ts";

const names = ["peers", "receipts"] as const;

const ways = ["websocket", "sse", "poll"] as const;

/** Something that happens to a client, or around it. */
type Happening =
  | { readonly kind: "publish"; readonly stream: typeof names[number]; readonly count: number }
  /** All that is open ends, before or after what was sent last has arrived. */
  | { readonly kind: "cut"; readonly inFlight: boolean }
  /** For a while nothing new can be opened. */
  | { readonly kind: "closed"; readonly swallow: boolean; readonly ms: number }
  | { readonly kind: "time"; readonly ms: number }
  | { readonly kind: "page"; readonly visible: boolean };

const happening: fc.Arbitrary<Happening> = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.record({
      kind: fc.constant("publish" as const),
      stream: fc.constantFrom(...names),
      count: fc.integer({ min: 1, max: 4 }),
    }),
  },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant("cut" as const), inFlight: fc.boolean() }) },
  {
    weight: 2,
    arbitrary: fc.record({
      kind: fc.constant("closed" as const),
      swallow: fc.boolean(),
      ms: fc.constantFrom(0, 3000, 25_000),
    }),
  },
  {
    weight: 4,
    arbitrary: fc.record({
      kind: fc.constant("time" as const),
      ms: fc.constantFrom(0, 100, 1500, 6000, 12_000, 50_000),
    }),
  },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant("page" as const), visible: fc.boolean() }) },
);

async function happen(scene: StreamScene, event: Happening): Promise<void> {
  const { server, clock, page } = scene;
  switch (event.kind) {
    case "publish":
      for (let count = 0; count < event.count; count++) server.publish(event.stream);
      return;
    case "cut":
      if (event.inFlight) await clock.advance(0);
      return server.cut();
    case "closed": {
      const before = [server.upgrades, server.events, server.polls] as const;
      close(scene, event.swallow);
      server.cut();
      await clock.advance(event.ms);
      [server.upgrades, server.events, server.polls] = before;
      return;
    }
    case "time":
      return await clock.advance(event.ms);
    case "page":
      return page.show(event.visible);
  }
}

function close({ server }: StreamScene, swallow: boolean): void {
  server.upgrades = server.events = swallow ? "swallow" : "refuse";
  server.polls = "refuse";
}

/** Leaves one way open, and waits until messages come by it. */
async function changeWay(scene: StreamScene, way: typeof ways[number], swallow: boolean): Promise<void> {
  close(scene, swallow);
  const key = { websocket: "upgrades", sse: "events", poll: "polls" } as const;
  scene.server[key[way]] = "accept";
  scene.server.cut();
  scene.page.show(true);
  for (let step = 0; step < 200 && scene.snapshot.transport !== way; step++) await scene.clock.advance(5000);
  assertEquals(scene.snapshot.transport, way);
}

function isWhole(offsets: readonly number[]): boolean {
  return offsets.every((offset, index) => offset === index + 1);
}

/** What happens on the way down, one transport after the other, and up again. */
type Journey = readonly { readonly swallow: boolean; readonly happenings: readonly Happening[] }[];

const stage = fc.record({ swallow: fc.boolean(), happenings: fc.array(happening, { maxLength: 8 }) });

async function survive(format: StreamFormat, journey: Journey): Promise<void> {
  using scene = new StreamScene({ format });
  const published = { peers: 0, receipts: 0 };
  for (const name of names) scene.listen(name);
  await scene.connected();
  await scene.subscribed(...names);
  for (const [index, { swallow, happenings }] of journey.entries()) {
    await changeWay(scene, ways[index % 3] ?? "poll", swallow);
    for (const event of happenings) {
      await happen(scene, event);
      if (event.kind === "publish") published[event.stream] += event.count;
    }
  }
  await changeWay(scene, "websocket", true);
  await scene.clock.advance(30_000);
  for (const name of names) {
    const offsets = scene.offsets(name);
    assert(isWhole(offsets) && offsets.length === published[name], `${name}: ${offsets}`);
  }
}

for (const format of ["plain", "deflate", "batch"] as const) {
  Deno.test(`${format}: no value is lost or doubled, whatever is cut and closed when, on the way down and up`, async () => {
    const journeys = fc.array(stage, { minLength: 4, maxLength: 4 });
    await fc.assert(fc.asyncProperty(journeys, (journey) => survive(format, journey)), { numRuns: 25 });
  });
}

Deno.test("no value is lost or doubled on the way down and up again", async () => {
  using scene = new StreamScene();
  const { server, clock } = scene;
  let published = 0;
  const publish = () => published = server.publish("peers");
  const fallTo = async (transport: "sse" | "poll") => {
    publish();
    server.cut();
    publish();
    await scene.nextAttempt();
    publish();
    await clock.advance(10_000);
    await scene.connected(transport);
    await scene.publish("peers");
  };
  await scene.connect();
  await scene.publish("peers");
  server.upgrades = "swallow";
  await fallTo("sse");
  server.events = "swallow";
  await fallTo("poll");
  server.upgrades = "accept";
  await until(() => scene.snapshot.transport !== "poll", "another transport", async () => {
    await clock.advance(1000);
    publish();
  });
  await scene.connected("websocket");
  await scene.publish("peers");
  published = scene.offsets("peers").at(-1) ?? 0;
  assert(isWhole(scene.offsets("peers")));
  await until(() => scene.offsets("peers").length === published);
});
