import { assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { type SubnetReading, SubnetWatch } from "../../lib/chain/mod.ts";
import {
  encodeChain,
  FakeChain,
  type FakeNeuron,
  type Misbehaviour,
  missingPython,
} from "../helpers/fake_chain.ts";
import { FakeClock } from "../helpers/fake_clock.ts";
import { testKey } from "../helpers/peer.ts";
import { testWith } from "../helpers/programs.ts";

const netuid = 300;
const neurons: readonly (FakeNeuron & { readonly key: number })[] = [
  { key: 10, permit: true, stake: 1234.5 },
  { key: 11, stake: 0.25 },
  { key: 12, permit: true, stake: 12_000_000 },
];
const state = missingPython === undefined
  ? await encodeChain(netuid, neurons)
  : { storage: {}, selective: "0x" };
const many = Array.from({ length: 300 }, (_, at) => ({ key: 100 + at, permit: at % 3 === 0, stake: at }));

/** Waits for an event, with a bound. */
class Heard<T> {
  readonly items: T[] = [];
  #wake = () => {};

  add(item: T): void {
    this.items.push(item);
    this.#wake();
  }

  /** The item of that number; time passes meanwhile where there is a clock. */
  async reach(count: number, clock?: FakeClock, step = 100): Promise<T> {
    const end = AbortSignal.timeout(60_000);
    while (this.items.length < count) {
      end.throwIfAborted();
      if (clock !== undefined) {
        await clock.advance(step);
        // What is under way on a real connection must not be outrun by a clock that is not.
        await new Promise((resolve) => setTimeout(resolve, 5));
        continue;
      }
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
        end.addEventListener("abort", () => resolve(), { once: true });
      });
    }
    return this.items[count - 1] as T;
  }
}

/** A watch over nodes, with what it read and why it left nodes. */
function watch(nodes: readonly string[], pageSize?: number) {
  const clock = new FakeClock();
  const readings = new Heard<SubnetReading>();
  const failures = new Heard<{ node: string; message: string }>();
  const subject = new SubnetWatch({
    nodes,
    netuid,
    clock,
    random: () => 1,
    ...pageSize === undefined ? {} : { pageSize },
    onReading: (reading) => readings.add(reading),
    onFailure: (node, { message }) => failures.add({ node, message }),
  });
  subject.start();
  return {
    clock,
    readings,
    failures,
    /** Lets time pass until it has read so often. */
    read: (count: number) => readings.reach(count, clock),
    /** Lets time pass until it has left nodes so often. */
    fail: (count: number, step?: number) => failures.reach(count, clock, step),
    async [Symbol.asyncDispose]() {
      await subject.stop();
    },
  };
}

/** A node that misbehaves, and why it is left. */
async function reasonToLeave(misbehave: Misbehaviour, change: (chain: FakeChain) => void = () => {}) {
  await using chain = new FakeChain(state);
  chain.misbehave = misbehave;
  change(chain);
  await using watching = watch([chain.url]);
  const { message } = await watching.failures.reach(1);
  assertEquals(watching.readings.items, []);
  return message;
}

const answering = (method: string, result: unknown): Misbehaviour => (asked) =>
  asked === method ? { result } : undefined;

testWith(
  missingPython,
  "a subnet's hotkeys, uids, permits and stakes are read as Python encoded them",
  async () => {
    await using chain = new FakeChain(state);
    await using watching = watch([chain.url]);
    const { block, neurons: read, unknown } = await watching.readings.reach(1);
    assertEquals(block.number, 1000);
    assertEquals(block.specVersion, 425);
    assertEquals(unknown, {});
    assertEquals(
      read,
      neurons.map(({ key, permit = false, stake = 0 }, uid) => ({
        uid,
        hotkey: testKey(key).address,
        permit,
        stake,
      })),
    );
  },
);

testWith(missingPython, "a subnet larger than a page is read whole", async () => {
  await using chain = new FakeChain(await encodeChain(netuid, many));
  await using watching = watch([chain.url], 64);
  const { neurons } = await watching.readings.reach(1);
  assertEquals(neurons.map(({ hotkey }) => hotkey), many.map(({ key }) => testKey(key).address));
  assertEquals(neurons.map(({ stake }) => stake), many.map(({ stake }) => stake));
  assertEquals(chain.asked.filter((method) => method === "state_getKeysPaged").length, 5);
});

testWith(missingPython, "what changed is read when another block is final", async () => {
  await using chain = new FakeChain(state);
  await using watching = watch([chain.url]);
  await watching.readings.reach(1);
  chain.finalise(await encodeChain(netuid, [...neurons.slice(0, 2), { key: 50 }]));
  const { neurons: read, block } = await watching.read(2);
  assertEquals(block.number, 1001);
  assertEquals(read[2]?.hotkey, testKey(50).address);
});

testWith(
  missingPython,
  "when a node goes, the next one is read, and the first again when it is back",
  async () => {
    const first = new FakeChain(state);
    await using second = new FakeChain(state);
    await using watching = watch([first.url, second.url]);
    await watching.readings.reach(1);
    const { port } = first;
    await first[Symbol.asyncDispose]();
    await watching.fail(1);
    await watching.read(2);
    assertEquals(second.subscribers, 1);
    await using again = new FakeChain(state, port);
    second.drop();
    await watching.read(3);
    assertEquals(again.subscribers, 1);
  },
);

testWith(
  missingPython,
  "a node that is behind what was read before, or of another chain, is left",
  async () => {
    await using chain = new FakeChain(state);
    await using behind = new FakeChain(state);
    await using other = new FakeChain(state);
    behind.head = 900;
    other.genesis = `0x${"cd".repeat(32)}`;
    await using watching = watch([chain.url, behind.url, other.url]);
    await watching.readings.reach(1);
    chain.drop();
    await watching.read(2);
    const messages = watching.failures.items.slice(1, 3).map(({ message }) => message);
    assertEquals(messages[0], "it is behind: its final block is 900, 1000 was read before");
    assertStringIncludes(messages[1] ?? "", "it is of another chain");
  },
);

testWith(
  missingPython,
  "a node that does not answer, or whose blocks stand still, is left in time",
  async () => {
    await using chain = new FakeChain(state);
    chain.misbehave = (method) => method === "state_queryStorageAt" ? "silent" : undefined;
    await using watching = watch([chain.url]);
    assertEquals((await watching.fail(1)).message, "state_queryStorageAt: no answer within 15 s");
    chain.misbehave = () => undefined;
    await watching.read(1);
    assertEquals((await watching.fail(2, 500)).message, "no new final block for 120 s");
  },
);

testWith(missingPython, "a layout that changed is noticed, said and never misread", async (test) => {
  const keys = Object.keys(state.storage);
  const [count = ""] = keys.filter((key) => key.length === 2 + 64 + 4);
  const [firstKey = ""] = keys.filter((key) => key.length === 2 + 64 + 8);
  const cases: readonly (readonly [string, Record<string, string>, RegExp])[] = [
    [
      "a count that is not that of the keys",
      { [count]: "0x0200" },
      /SubnetworkN says 2 neurons, and Keys has 3/,
    ],
    ["a count of another size", { [count]: "0x03000000" }, /SubnetworkN: 2 bytes are left over/],
    ["no count", { [count]: "0x0000" }, /subnet 300 has no neurons, or does not exist/],
    [
      "a hotkey of another size",
      { [firstKey]: `0x${"11".repeat(33)}` },
      /uid 0: expected 32 bytes, found 33/,
    ],
    [
      "two uids of a hotkey",
      { [firstKey]: state.storage[`${firstKey.slice(0, -4)}0100`] ?? "" },
      /has two uids/,
    ],
    ["what is no hex", { [count]: "three" }, /expected hex digits/],
  ];
  for (const [what, change, reason] of cases) {
    await test.step(what, async () => {
      const changed = { ...state, storage: { ...state.storage, ...change } };
      assertMatch(await reasonToLeave(() => undefined, (chain) => chain.state = changed), reason);
    });
  }
});

testWith(
  missingPython,
  "permits and stakes in another layout are not known, and the hotkeys are",
  async (test) => {
    const permits = Object.entries(state.storage).find(([, value]) => value === "0x0c010001")?.[0] ?? "";
    const answer = state.selective;
    const cases: readonly (readonly [string, Partial<FakeChain["state"]>, RegExp, RegExp])[] = [
      [
        "permits of another count",
        { storage: { ...state.storage, [permits]: "0x080100" } },
        /2 entries for 3/,
        /^$/,
      ],
      [
        "permits that are no bits",
        { storage: { ...state.storage, [permits]: "0x0c010002" } },
        /expected 0 or 1/,
        /^$/,
      ],
      ["an answer that goes on", { selective: `${answer}00` }, /^$/, /1 bytes are left over/],
      ["an answer that ends early", { selective: answer.slice(0, -80) }, /^$/, /expected \d+ bytes more/],
      [
        "an answer of another subnet",
        { selective: `0x0104${answer.slice(8)}` },
        /^$/,
        /it is of another subnet/,
      ],
      [
        "an answer shifted by a field",
        { selective: `${answer.slice(0, 8)}00${answer.slice(8)}` },
        /^$/,
        /not asked for/,
      ],
      ["no such subnet", { selective: "0x00" }, /^$/, /it knows no subnet 300/],
    ];
    for (const [what, change, permitProblem, stakeProblem] of cases) {
      await test.step(what, async () => {
        await using chain = new FakeChain({ ...state, ...change });
        await using watching = watch([chain.url]);
        const { neurons: read, unknown } = await watching.readings.reach(1);
        assertEquals(read.map(({ hotkey }) => hotkey), neurons.map(({ key }) => testKey(key).address));
        assertMatch(unknown.permits ?? "", permitProblem);
        assertMatch(unknown.stakes ?? "", stakeProblem);
      });
    }
  },
);

testWith(missingPython, "a runtime without the call for stakes gives the rest", async () => {
  await using chain = new FakeChain(state);
  chain.misbehave = (method) => method === "state_call" ? { error: "Method not found" } : undefined;
  await using watching = watch([chain.url]);
  const { neurons: read, unknown } = await watching.readings.reach(1);
  assertEquals(read.map(({ permit }) => permit), [true, false, true]);
  assertStringIncludes(unknown.stakes ?? "", "Method not found");
});

testWith(
  missingPython,
  "a node that says what cannot be is left, and nothing of it is used",
  async (test) => {
    const prefix = Object.keys(state.storage).find((key) => key.length === 2 + 64 + 8)?.slice(0, -4) ?? "";
    const endless: Misbehaviour = (method, [, , start]) =>
      method === "state_getKeysPaged" && start === null
        ? { result: Array.from({ length: 512 }, () => `${prefix}0000`) }
        : undefined;
    const flood: Misbehaviour = (method, params) =>
      method === "state_getKeysPaged"
        ? { result: Array.from({ length: 512 }, (_, at) => nextKey(prefix, params[2] as string | null, at)) }
        : undefined;
    const cases: readonly (readonly [string, Misbehaviour, RegExp])[] = [
      [
        "a head that is no hash",
        answering("chain_getFinalizedHead", 7),
        /chain_getFinalizedHead: the answer is not/,
      ],
      ["a header without a number", answering("chain_getHeader", {}), /a header: the answer is not/],
      [
        "a version that is none",
        answering("state_getRuntimeVersion", null),
        /state_getRuntimeVersion: the answer/,
      ],
      [
        "keys that are no list",
        answering("state_getKeysPaged", "0x"),
        /state_getKeysPaged: the answer is not/,
      ],
      ["the same key again and again", endless, /keys out of order/],
      ["keys without end", flood, /more than 4096 keys/],
      [
        "values of other keys",
        answering("state_queryStorageAt", [{ changes: [["0x00", "0x00"]] }]),
        /not asked for/,
      ],
      ["an error", () => ({ error: "no state" }), /error -32000, "no state"/],
      ["what is no JSON", () => ({ raw: "{" }), /it does not speak JSON-RPC/],
      ["a message that is too large", () => ({ raw: " ".repeat(17 * 2 ** 20) }), /it sent a message of/],
    ];
    for (const [what, misbehave, reason] of cases) {
      await test.step(what, async () => assertMatch(await reasonToLeave(misbehave), reason));
    }
  },
);

/** A key that follows the one before, of a uid that is none. */
function nextKey(prefix: string, start: string | null, at: number): string {
  const first = start === null ? 0 : Number.parseInt(start.slice(prefix.length), 16) + 1;
  return prefix + (first + at).toString(16).padStart(8, "0");
}

testWith(missingPython, "a node that shouts, or announces nonsense, is left", async (test) => {
  const shouts: readonly (readonly [string, (chain: FakeChain) => void, RegExp])[] = [
    ["shouting", (chain) => {
      for (let count = 0; count < 6100; count += 1) chain.shout('{"jsonrpc":"2.0","id":0,"result":1}');
    }, /it sends more than was asked for/],
    ["a head without a number", (chain) => {
      chain.misbehave = () => "silent";
      chain.nonsense();
    }, /a header: the answer is not/],
  ];
  for (const [what, shout, reason] of shouts) {
    await test.step(what, async () => {
      await using chain = new FakeChain(state);
      await using watching = watch([chain.url]);
      await watching.readings.reach(1);
      shout(chain);
      assertMatch((await watching.fail(1)).message, reason);
    });
  }
});
