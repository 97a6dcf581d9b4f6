import { assertEquals } from "@std/assert";
import { testKey } from "../helpers/peer.ts";
import { ServerProcess, TemporaryFolder } from "../helpers/process.ts";
import { sampleGame } from "../helpers/samples.ts";
import { MinerBook } from "./crash/book.ts";
import { Ledger } from "./crash/ledger.ts";
import { type Miner, overHttp, overWebSocket, type Run } from "./crash/miners.ts";
import { Random } from "./crash/random.ts";

const flags = ["--websocket.rate_limit=100000", "--http.rate_limit=100000", "--log.level=WARNING"];

/** Several miners and a server that is killed time and again, always on the same store. */
class Scene {
  readonly #cwd: string;
  readonly #miner: Miner;
  readonly #random: Random;
  readonly #ledger = new Ledger();
  readonly #miners: { key: ReturnType<typeof testKey>; book: MinerBook }[];

  constructor(options: { cwd: string; miners: number; miner: Miner; random: Random }) {
    this.#cwd = options.cwd;
    this.#miner = options.miner;
    this.#random = options.random;
    this.#miners = Array.from({ length: options.miners }, (_, index) => ({
      key: testKey(index + 1),
      book: new MinerBook(index, options.random.fork(index + 1)),
    }));
  }

  /** Registers the miners and a game, which every later start must find in its store. */
  async prepare(): Promise<void> {
    await using server = await this.#start();
    for (const { key, book } of this.#miners) {
      await server.admin("PUT", `/admin/miners/${key.address}`, { uid: book.uid });
    }
    await server.admin("POST", "/admin/games", { games: [sampleGame()] });
  }

  /**
   * Starts the server, and kills it after a random number of confirmations: as soon as the last of them is read, some
   * milliseconds later, or while the server is already shutting down.
   */
  async killOnce(): Promise<void> {
    await using server = await this.#start();
    await this.#check(server);
    const atOnce = this.#random.chance(0.5);
    let left = this.#random.chance(0.1) ? 0 : this.#random.between(1, 300);
    const reached = Promise.withResolvers<void>();
    if (left === 0) reached.resolve();
    const confirmed = () => {
      if ((left -= 1) !== 0) return;
      if (atOnce) server.signal("SIGKILL");
      reached.resolve();
    };
    const runs = this.#run(server, { endless: true, window: this.#random.chance(0.5) ? 60 : 3, confirmed });
    await Promise.race([reached.promise, runs]);
    await this.#hesitate();
    if (this.#random.chance(0.5)) {
      server.signal("SIGTERM");
      await this.#hesitate();
    }
    await server.end("SIGKILL");
    await runs;
  }

  /** Starts the server and lets the miners finish: nothing is undecided, and all is in the log once. */
  async finish(): Promise<void> {
    await using server = await this.#start();
    await this.#check(server);
    await this.#run(server, { endless: false, window: 60, confirmed: () => {} });
    await this.#check(server);
    for (const { key, book } of this.#miners) {
      assertEquals([...book.undecided.keys()], []);
      assertEquals(book.receipts.size, this.#ledger.receiptsOf(key.address).size);
    }
    assertEquals((await server.end("SIGTERM")).code, 0);
  }

  get summary(): string {
    const books = this.#miners.map(({ book }) => book);
    const sum = (count: (book: MinerBook) => number) => books.reduce((total, book) => total + count(book), 0);
    const confirmations = sum((book) => book.confirmations);
    const duplicates = sum((book) => book.duplicates);
    return `${this.#ledger.size} predictions, ${confirmations} confirmations, ${duplicates} of them duplicates`;
  }

  /** What the server does in the meantime differs from kill to kill. */
  async #hesitate(): Promise<void> {
    const delay = this.#random.between(0, 12);
    await new Promise((resolve) => setTimeout(resolve, delay));
  }

  #start(): Promise<ServerProcess> {
    return ServerProcess.start({ cwd: this.#cwd }, flags);
  }

  async #check(server: ServerProcess): Promise<void> {
    await this.#ledger.update(server.url);
    for (const { key, book } of this.#miners) book.restart(this.#ledger.receiptsOf(key.address));
  }

  async #run({ url }: ServerProcess, how: Pick<Run, "endless" | "window" | "confirmed">): Promise<void> {
    await Promise.all(this.#miners.map(({ key, book }) => this.#miner({ ...how, url, key, book })));
  }
}

interface Plan {
  readonly miner: Miner;
  readonly miners: number;
  readonly kills: number;
}

/** The steps' names tell the seed, to go through the same choices again, and the figures. */
async function crash(test: Deno.TestContext, { kills, ...plan }: Plan): Promise<void> {
  const seed = Number(Deno.env.get("CRASH_SEED") ?? crypto.getRandomValues(new Uint32Array(1))[0]);
  await using folder = await TemporaryFolder.make();
  const scene = new Scene({ ...plan, cwd: folder.path, random: new Random(seed) });
  await scene.prepare();
  await test.step(`${kills} kills, CRASH_SEED=${seed}`, async () => {
    for (let kill = 0; kill < kills; kill++) await scene.killOnce();
  });
  await test.step(`${scene.summary} so far, and the rest after them`, () => scene.finish());
}

Deno.test("a server killed while miners stream over WebSockets keeps what it confirmed, once and in order", (test) =>
  crash(test, { miner: overWebSocket, miners: 6, kills: 20 }));

Deno.test("a server killed while miners submit over HTTP and give requests up keeps what it confirmed, once and in order", (test) =>
  crash(test, { miner: overHttp, miners: 4, kills: 12 }));
