import { assertEquals } from "@std/assert";
import fc from "fast-check";
import type { EngineSession } from "../../lib/socketio/mod.ts";
import { FakeClock } from "../helpers/fake_clock.ts";
import { EngineService } from "./engine_service.ts";
import { FrameClient } from "./frame_client.ts";
import { PollingClient } from "./polling_client.ts";
import { until } from "../helpers/until.ts";

type Step = "server writes" | "client polls" | "client sends" | "probe" | "upgrade" | "lose the probe";

/** A client as the protocol wants it, which writes down what it gets over either transport, in order. */
class Pair {
  readonly got: string[] = [];
  readonly arrived: unknown[] = [];
  readonly #clock: FakeClock;
  readonly #session: EngineSession;
  readonly #client: PollingClient;
  #poll: Promise<void> | undefined;
  #socket: FrameClient | undefined;
  #isUpgraded = false;
  written = 0;
  sent = 0;

  constructor(clock: FakeClock, session: EngineSession, client: PollingClient) {
    this.#clock = clock;
    this.#session = session;
    this.#client = client;
    session.removeAllListeners("data");
    session.on("data", (data) => this.arrived.push(data));
  }

  readonly #steps: Readonly<Record<Step, () => Promise<void> | void>> = {
    "server writes": () => void this.#session.write(`${this.written++}`),
    "client polls": () => this.#startPoll(),
    "client sends": () => this.#send(`4${this.sent++}`),
    "probe": () => this.#probe(),
    "upgrade": () => this.#upgrade(),
    "lose the probe": () => this.#loseProbe(),
  };

  async take(step: Step): Promise<void> {
    await this.#steps[step]();
  }

  /** Takes in everything up to the last message. */
  async finish(): Promise<void> {
    this.#session.write("end");
    while (this.got.at(-1) !== "4end") {
      if (this.#isUpgraded) this.#note(await this.#socket?.next());
      else await this.#pollOnce();
    }
    await until(() => this.arrived.length >= this.sent, "all messages");
    await this.#socket?.close();
  }

  #note(packet: unknown): void {
    if (packet !== "6") this.got.push(String(packet));
  }

  #startPoll(): void {
    if (this.#isUpgraded) return;
    this.#poll ??= this.#client.packets().then((packets) => {
      this.#poll = undefined;
      for (const packet of packets) this.#note(packet);
    });
  }

  async #pollOnce(): Promise<void> {
    this.#startPoll();
    await this.#poll;
  }

  async #send(packet: string): Promise<void> {
    if (this.#isUpgraded) this.#socket?.send(packet);
    else await this.#client.post(packet);
  }

  async #probe(): Promise<void> {
    if (this.#socket !== undefined || !this.#session.isUpgradable) return;
    this.#socket = new FrameClient(this.#client.upgradeUrl);
    await this.#socket.opened;
    this.#socket.send("2probe");
    assertEquals(await this.#socket.next(), "3probe");
  }

  async #upgrade(): Promise<void> {
    if (this.#socket === undefined || this.#isUpgraded) return;
    await until(() => this.#poll === undefined, "the end of the poll", () => this.#clock.advance(100));
    this.#isUpgraded = true;
    this.#socket.send("5");
  }

  async #loseProbe(): Promise<void> {
    if (this.#isUpgraded) return;
    await this.#socket?.close();
    this.#socket = undefined;
  }
}

const steps = fc.array(
  fc.oneof(
    { weight: 4, arbitrary: fc.constant<Step>("server writes") },
    { weight: 3, arbitrary: fc.constant<Step>("client polls") },
    { weight: 3, arbitrary: fc.constant<Step>("client sends") },
    { weight: 2, arbitrary: fc.constant<Step>("probe") },
    { weight: 1, arbitrary: fc.constant<Step>("upgrade") },
    { weight: 1, arbitrary: fc.constant<Step>("lose the probe") },
  ),
  { minLength: 3, maxLength: 30 },
);

Deno.test("however polls, sends and the upgrade fall together, nothing is lost, doubled or out of order", async () => {
  const clock = new FakeClock();
  // Steps that wait move the clock, and no upgrade or ping is to run out meanwhile.
  const patient = { upgradeTimeout: 1e9, pingInterval: 1e9 };
  await using service = new EngineService({ clock, ...patient });
  await fc.assert(
    fc.asyncProperty(steps, async (sequence) => {
      const begun = service.session();
      const client = await PollingClient.open(service.origin);
      const pair = new Pair(clock, await begun, client);
      for (const step of sequence) await pair.take(step);
      await pair.finish();
      assertEquals(pair.got, [...Array.from({ length: pair.written }, (_, index) => `4${index}`), "4end"]);
      assertEquals(pair.arrived, Array.from({ length: pair.sent }, (_, index) => `${index}`));
    }),
    { numRuns: 100 },
  );
});
