import { type Frame, Peer, signMessage, testKey } from "./peer.ts";
import { PostgresServer } from "./postgres.ts";
import { ServerProcess, type Surroundings, TemporaryFolder } from "./process.ts";
import { sampleGame, samplePrediction } from "./samples.ts";
import { until } from "./until.ts";

const wide = ["--websocket.rate_limit=100000", "--http.rate_limit=100000"];

/** Several servers, each a process of its own, on one PostgreSQL database, with a miner and a game that all of them know. */
export class Town implements AsyncDisposable {
  readonly key = testKey(7);
  readonly servers: ServerProcess[] = [];
  readonly #folder: TemporaryFolder;
  readonly #surroundings: Surroundings;
  readonly #flags: readonly string[];

  private constructor(folder: TemporaryFolder, location: string, flags: readonly string[]) {
    this.#folder = folder;
    this.#surroundings = { cwd: folder.path, env: { HELIOGRAPH_STORE: location } };
    this.#flags = [...wide, ...flags];
  }

  static async start(
    database: PostgresServer,
    flags: readonly string[] = [],
    count = 3,
  ): Promise<Town> {
    const town = new Town(await TemporaryFolder.make(), database.location(), flags);
    try {
      // The first one makes the key and the tables.
      await town.add();
      for (let number = 1; number < count; number += 1) await town.add();
      const one = town.at(0);
      await one.admin("PUT", `/admin/miners/${town.key.address}`, { uid: 7 });
      await one.admin("POST", "/admin/games", { games: [sampleGame()] });
      for (const server of town.servers) {
        await until(
          async () => await countOf(server, "/admin/miners", "miners") === 1,
          "the miner everywhere",
        );
        await until(async () => await countOf(server, "/api/v1/games", "games") === 1, "the game everywhere");
      }
      return town;
    } catch (error) {
      await town[Symbol.asyncDispose]();
      throw error;
    }
  }

  /** Starts another server, with flags of its own. */
  async add(...more: string[]): Promise<ServerProcess> {
    const server = await ServerProcess.start(this.#surroundings, [...this.#flags, ...more]);
    this.servers.push(server);
    return server;
  }

  /** A server by its place; the last one is followed by the first. */
  at(place: number): ServerProcess {
    const server = this.servers[place % this.servers.length];
    if (server === undefined) throw new RangeError("there is no server");
    return server;
  }

  /** The name under which the others know a server. */
  async nameOf(server: ServerProcess): Promise<string> {
    const { instances } = await server.admin("GET", "/admin/instances");
    const self = (instances as { id: string; self: boolean }[]).find(({ self }) => self);
    return self?.id ?? "";
  }

  /** Connects the miner. */
  async connect(place: number, recover?: Parameters<typeof Peer.authenticated>[2]) {
    return await Peer.authenticated(this.at(place).ws, this.key, recover);
  }

  /** Posts a prediction of the miner's. */
  async predict(place: number, id: string, overrides = {}): Promise<{ status: number; frame: Frame }> {
    const body = signMessage(this.key, "prediction", samplePrediction(id, { wager: 0.01, ...overrides }));
    const answer = await fetch(`${this.at(place).url}/api/v1/predictions`, { method: "POST", body });
    return { status: answer.status, frame: await answer.json() };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all(this.servers.map((server) => server[Symbol.asyncDispose]()));
    await this.#folder[Symbol.asyncDispose]();
  }
}

/** How many of something a server lists. */
export async function countOf(server: ServerProcess, path: string, what: string): Promise<number> {
  return ((await server.admin("GET", path))[what] as readonly unknown[]).length;
}
