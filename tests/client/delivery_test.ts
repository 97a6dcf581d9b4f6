import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import { settle } from "../helpers/fake_clock.ts";
import type { FakeAnswer } from "../helpers/fake_validator.ts";
import { Harness, predictionOf } from "./harness.ts";

type Action =
  | { readonly do: "submit"; readonly count: number }
  | { readonly do: "drop" | "restart validator" | "restart miner" | "half-open" | "settle" | "minute" }
  | { readonly do: "upgrades"; readonly how: "accept" | "refuse" | "swallow" }
  | { readonly do: "answer"; readonly answer: FakeAnswer };

const action: fc.Arbitrary<Action> = fc.oneof(
  {
    weight: 5,
    arbitrary: fc.record({ do: fc.constant("submit" as const), count: fc.integer({ min: 1, max: 12 }) }),
  },
  {
    weight: 6,
    arbitrary: fc.record({
      do: fc.constantFrom("drop", "restart validator", "restart miner", "half-open", "settle", "minute"),
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      do: fc.constant("upgrades" as const),
      how: fc.constantFrom("accept", "refuse", "swallow"),
    }),
  },
  {
    weight: 3,
    arbitrary: fc.record({
      do: fc.constant("answer" as const),
      answer: fc.constantFrom<FakeAnswer[]>(
        "decide",
        "ignore",
        "drop",
        { code: "rate_limited", retry_after_ms: 500 },
        { code: "internal_error" },
        { code: "replayed" },
        { code: "server_closing", retry_after_ms: 700 },
      ),
    }),
  },
);

/** A miner, a validator that refuses every fifth prediction, and a world that goes wrong. */
class World {
  readonly miner = new Harness({ maxReconnectInterval: 60_000 });
  readonly submitted: string[] = [];
  #epoch = 1;

  constructor() {
    const { validator } = this.miner;
    validator.copies = 2;
    validator.rule = ({ fields }) => refused(fields.prediction_id) ? "refused by the rules" : undefined;
  }

  async apply(action: Action): Promise<void> {
    const { validator, clock } = this.miner;
    if (action.do === "submit") return await this.#submit(action.count);
    if (action.do === "answer") return void (validator.onMessage = () => action.answer);
    if (action.do === "upgrades") return void (validator.upgrades = action.how);
    if (action.do === "drop") return validator.miners[0]?.close(1006, "");
    if (action.do === "restart validator") return validator.restart(`epoch-${++this.#epoch}`);
    if (action.do === "restart miner") return await this.#restartMiner();
    if (action.do === "half-open") return this.#halfOpen();
    if (action.do === "settle") return await settle();
    await clock.advance(60_000);
  }

  /** What happened to every prediction so far: never two decisions, and never none while nothing waits. */
  async check(): Promise<void> {
    const waiting = (await this.miner.outbox.entries()).map(({ id }) => id);
    const confirmed = this.miner.of("confirmation").map(({ predictionId }) => predictionId);
    const refusals = this.miner.of("refused").map(({ predictionId }) => predictionId);
    assertEquals([...waiting, ...confirmed, ...refusals].toSorted(), this.submitted.toSorted());
    assert(confirmed.every((id) => this.miner.validator.accepted.has(id)), "confirmed but not accepted");
    assertEquals(this.miner.validator.faults, []);
    const suspicions = this.miner.problems.filter((code) => /^receipt_(?:chain|fork)$/.test(code));
    assertEquals(suspicions, [], "an honest validator is suspected");
  }

  /** The world behaves again; everything must come to its end. */
  async recover(): Promise<void> {
    const { validator, clock, client } = this.miner;
    validator.upgrades = "accept";
    validator.onMessage = () => "decide";
    for (let minutes = 0; client.waiting > 0 && minutes < 30; minutes++) await clock.advance(60_000);
    assertEquals(client.waiting, 0);
    await client.idle();
    await this.check();
    const undecided = this.submitted.filter((id) => !refused(id) && !validator.accepted.has(id));
    assertEquals(undecided, []);
  }

  async #submit(count: number): Promise<void> {
    for (let more = 0; more < count; more++) {
      const id = `p${String(this.submitted.length).padStart(4, "0")}`;
      this.submitted.push(id);
      await this.miner.client.submit(predictionOf(id));
    }
  }

  async #restartMiner(): Promise<void> {
    await this.miner.client.close();
    await this.miner.clock.advance(1);
    await this.miner.newClient().start();
  }

  #halfOpen(): void {
    for (const peer of this.miner.validator.miners) peer.passing = false;
  }
}

function refused(id: string): boolean {
  return Number(id.slice(1)) % 5 === 4;
}

Deno.test("every prediction is confirmed or refused exactly once, or still there, whatever goes wrong", async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(action, { minLength: 1, maxLength: 20 }), async (actions) => {
      const world = new World();
      await using _ = world.miner;
      await world.miner.client.start();
      for (const action of actions) {
        await world.apply(action);
        await settle();
        await world.check();
      }
      await world.recover();
    }),
    { numRuns: 30 },
  );
});
