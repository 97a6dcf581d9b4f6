import { assert, assertEquals, assertMatch } from "@std/assert";
import { verifyStore } from "../../lib/operations/mod.ts";
import { type Frame, signMessage, testKey } from "../helpers/peer.ts";
import { postgres, PostgresServer } from "../helpers/postgres.ts";
import { testWith } from "../helpers/programs.ts";
import { ServerProcess, TemporaryFolder } from "../helpers/process.ts";
import { sampleGame, samplePrediction } from "../helpers/samples.ts";
import { SlowWay } from "../helpers/slow_way.ts";
import { until, untilThere } from "../helpers/until.ts";
import { LoopDisk } from "../torture/loop_disk.ts";

const key = testKey(7);

/** What a prediction was answered. */
interface Answer {
  readonly status: number;
  readonly frame: Frame;
}

/** Servers of one database, and what they have confirmed. */
class Scene implements AsyncDisposable {
  readonly #folder: TemporaryFolder;
  readonly #servers: ServerProcess[] = [];
  readonly #confirmed = new Set<string>();

  private constructor(folder: TemporaryFolder, readonly location: string) {
    this.#folder = folder;
  }

  static async start(location: string): Promise<Scene> {
    const scene = new Scene(await TemporaryFolder.make(), location);
    const server = await scene.add();
    await server.admin("PUT", `/admin/miners/${key.address}`, { uid: 7 });
    await server.admin("POST", "/admin/games", { games: [sampleGame()] });
    return scene;
  }

  /** Starts one more. */
  async add(): Promise<ServerProcess> {
    const surroundings = { cwd: this.#folder.path, env: { HELIOGRAPH_STORE: this.location } };
    const server = await ServerProcess.start(surroundings);
    this.#servers.push(server);
    return server;
  }

  async predict(server: ServerProcess, id: string): Promise<Answer> {
    const body = signMessage(key, "prediction", samplePrediction(id, { wager: 0.001 }));
    const answer = await fetch(`${server.url}/api/v1/predictions`, { method: "POST", body });
    const frame = await answer.json();
    if (answer.status === 200) this.#confirmed.add(id);
    else {
      const { code, retry_after_ms: retry } = frame["error"];
      assertEquals([answer.status, code], [500, "internal_error"]);
      assert(retry > 0);
    }
    return { status: answer.status, frame };
  }

  /** What `/readyz` says once it does not say that all is well. */
  async trouble(server: ServerProcess): Promise<string> {
    return await untilThere(async () => {
      const answer = await fetch(`${server.url}/readyz`);
      const text = await answer.text();
      return answer.status === 503 ? text : undefined;
    }, "the server to say what is wrong");
  }

  /** It says what is wrong, and goes on saying so. */
  async assertTroubled(server: ServerProcess, words: RegExp): Promise<void> {
    assertMatch(await this.trouble(server), words);
    for (let times = 0; times < 3; times += 1) {
      const answer = await fetch(`${server.url}/readyz`);
      assertEquals([answer.status, words.test(await answer.text())], [503, true]);
    }
  }

  async ready(server: ServerProcess): Promise<void> {
    await until(async () => {
      const answer = await fetch(`${server.url}/readyz`);
      await answer.body?.cancel();
      return answer.ok;
    }, "the server to be ready again");
  }

  /** Sends a prediction until it is confirmed. */
  async confirm(server: ServerProcess, id: string): Promise<Answer> {
    return await untilThere(async () => {
      const answer = await this.predict(server, id);
      return answer.status === 200 ? answer : undefined;
    }, `the confirmation of ${id}`);
  }

  /** Everything that was confirmed is in the store once, and nothing else. */
  async assertKept(): Promise<void> {
    const { faults, receipts } = await verifyStore(this.location);
    assertEquals([faults, receipts], [[], this.#confirmed.size]);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all(this.#servers.map((server) => server[Symbol.asyncDispose]()));
    await this.#folder[Symbol.asyncDispose]();
  }
}

testWith(
  postgres.missing,
  "a server that stands still in the lock is put out of it: the others go on, and it does once it is awake",
  async () => {
    await using database = await PostgresServer.start();
    await using scene = await Scene.start(database.location());
    const [frozen, other] = [await scene.add(), await scene.add()];
    await scene.confirm(frozen, "before");
    await scene.confirm(other, "also before");
    // While somebody else has it, both wait for the lock; the one who gets it next hears nothing of that.
    const lock = "begin; select from s1.locks where name = 'predictions' for update; select pg_sleep(60)";
    const held = database.sql(lock).catch(() => {});
    const asleep = "select pid from pg_stat_activity where wait_event = 'PgSleep'";
    await until(async () => (await database.sql(asleep)).length === 1, "the lock to be held");
    const stuck = scene.predict(frozen, "stuck");
    const waiting = "select pid from pg_stat_activity where wait_event_type = 'Lock'";
    await until(async () => (await database.sql(waiting)).length === 1, "a server to wait for the lock");
    Deno.kill(frozen.pid, "SIGSTOP");
    await database.sql(`select pg_terminate_backend(pid) from (${asleep}) as asleep`);
    await held;
    assertEquals((await scene.confirm(other, "meanwhile")).status, 200);
    Deno.kill(frozen.pid, "SIGCONT");
    assertEquals((await stuck).status, 500);
    await scene.confirm(frozen, "stuck");
    await scene.ready(frozen);
    await scene.assertKept();
  },
);

testWith(
  postgres.missing,
  "a way to the database that takes a second each time is said to be what it is, and over it nothing is confirmed that is not kept",
  async () => {
    await using database = await PostgresServer.start();
    await using way = new SlowWay(database.port);
    await using scene = await Scene.start(database.location().replace(`:${database.port}/`, `:${way.port}/`));
    const server = await scene.add();
    await scene.confirm(server, "before");
    way.delay = 1000;
    const meanwhile = Array.from({ length: 5 }, (_, index) => scene.predict(server, `meanwhile ${index}`));
    await Promise.all(meanwhile);
    await scene.assertTroubled(server, /the database: |the store cannot commit/);
    way.delay = 0;
    await scene.ready(server);
    for (let index = 0; index < 5; index += 1) await scene.confirm(server, `meanwhile ${index}`);
    await scene.assertKept();
  },
);

testWith(
  postgres.missing,
  "a database that stands still is missed, and goes on without a restart",
  async () => {
    await using database = await PostgresServer.start();
    await using scene = await Scene.start(database.location());
    const server = await scene.add();
    await scene.confirm(server, "before");
    await database.freeze();
    const meanwhile = scene.predict(server, "meanwhile");
    assertMatch(await scene.trouble(server), /the database: |the store cannot commit/);
    assertEquals((await meanwhile).status, 500);
    database.thaw();
    await scene.ready(server);
    await scene.confirm(server, "meanwhile");
    await scene.assertKept();
  },
);

const noDisk = postgres.missing ?? await LoopDisk.obstacle();

testWith(
  noDisk === undefined ? undefined : `a small disk cannot be had: ${noDisk}`,
  "a database whose disk is full says so, confirms nothing, and goes on when there is room",
  async () => {
    await using folder = await TemporaryFolder.make();
    await using disk = await LoopDisk.mount(`${folder.path}/disk`);
    await using database = await PostgresServer.start();
    // The database's user has to find it.
    await Deno.chmod(folder.path, 0o755);
    await database.moveTo(disk.mountPoint);
    await using scene = await Scene.start(database.location());
    const server = await scene.add();
    await scene.confirm(server, "before");
    await disk.fill();
    let sent = 0;
    const refused = await untilThere(async () => {
      const id = `meanwhile ${sent += 1}`;
      return (await scene.predict(server, id)).status === 500 ? id : undefined;
    }, "the disk to be full");
    await scene.assertTroubled(server, /the database: .*No space left on device/);
    await disk.empty();
    await scene.ready(server);
    await scene.confirm(server, refused);
    await scene.assertKept();
  },
);
