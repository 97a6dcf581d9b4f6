import type { Keypair } from "../../lib/crypto/mod.ts";
import { Authority } from "../helpers/certificates.ts";
import { testKey } from "../helpers/peer.ts";
import { PostgresServer } from "../helpers/postgres.ts";
import { ServerProcess, TemporaryFolder } from "../helpers/process.ts";
import { SlowWay } from "../helpers/slow_way.ts";
import { sampleGame } from "../helpers/samples.ts";
import type { AttackName, Order } from "./attacker.ts";
import { Bystander } from "./bystander.ts";
import { LoopDisk } from "./loop_disk.ts";
import { pace } from "./pace.ts";
import type { Bound, Findings, Target, Trial } from "./trial.ts";

/** Clients say whom they come from, so that one machine has many addresses. */
const flags = ["--http.trusted_proxies=loopback", "--log.level=WARNING"];
const longestTrial = 90_000;

/** What a server stands on. */
interface Ground {
  readonly folder: TemporaryFolder;
  readonly disk: LoopDisk | undefined;
  readonly database: StoreDatabase | undefined;
}

/** A database that the store is in. */
interface StoreDatabase {
  readonly server: PostgresServer;
  /** How the server comes to it. */
  readonly way: SlowWay;
  readonly location: string;
  /** The same without that way. */
  readonly direct: string;
}

/** What a trial came to. */
interface Outcome {
  readonly findings: Findings;
  /** Megabytes beyond what the server had before. */
  readonly memory: number;
  /** Milliseconds that a bystander waited at most. */
  readonly answer: number;
  /** What it had to keep on this machine, at its pace. */
  readonly bound: Bound;
}

/** A real server in a process of its own, a bystander, and an attacker in another thread. */
export class Stage implements AsyncDisposable {
  readonly folder: TemporaryFolder;
  readonly key: Keypair = testKey(7);
  readonly #trial: Trial;
  /** Where the store is, in a trial that is about the disk. */
  readonly disk: LoopDisk | undefined;
  readonly #database: StoreDatabase | undefined;
  #server: ServerProcess;
  bystander: Bystander;

  private constructor(
    trial: Trial,
    { folder, disk, database }: Ground,
    server: ServerProcess,
    bystander: Bystander,
  ) {
    this.#trial = trial;
    this.folder = folder;
    this.disk = disk;
    this.#database = database;
    this.#server = server;
    this.bystander = bystander;
  }

  static async open(trial: Trial): Promise<Stage> {
    const folder = await TemporaryFolder.make();
    // The database's user has to find its disk.
    if (trial.database) await Deno.chmod(folder.path, 0o755);
    const disk = trial.ownDisk ? await LoopDisk.mount(`${folder.path}/data`) : undefined;
    const database = trial.database ? await startDatabase(disk) : undefined;
    if (trial.tls) await (await Authority.make(folder.path, "authority")).issue();
    const server = await startServer(trial, folder, database);
    if (!trial.tls) {
      await server.admin("PUT", `/admin/miners/${testKey(7).address}`, { uid: 7 });
      await server.admin("POST", "/admin/games", { games: [sampleGame()] });
    }
    const bystander = await Bystander.come(server, testKey(7), authorityOf(trial, folder));
    return new Stage(trial, { folder, disk, database }, server, bystander);
  }

  /** The database of a trial that has one. */
  get database(): StoreDatabase {
    if (this.#database === undefined) throw new Error("The trial has no database");
    return this.#database;
  }

  get server(): ServerProcess {
    return this.#server;
  }

  /** Kills the server and starts it again, after something is done to its store; throws when it does not start. */
  async restart(meanwhile: () => Promise<unknown> = () => Promise.resolve()): Promise<void> {
    await this.bystander.leave();
    await this.#server.end("SIGKILL");
    await meanwhile();
    this.#server = await startServer(this.#trial, this.folder, this.#database);
    this.bystander = await Bystander.come(this.#server, this.key, authorityOf(this.#trial, this.folder));
  }

  /** Runs one of `attacks/` in a thread of its own. */
  async attack(name: AttackName, more: Partial<Target> = {}): Promise<Findings> {
    const { hostname, port } = new URL(this.server.url);
    const target: Target = {
      url: this.server.url,
      hostname,
      port: Number(port),
      pid: this.server.pid,
      ...more,
    };
    const worker = new Worker(new URL("./attacker.ts", import.meta.url), { type: "module" });
    const { promise, resolve, reject } = Promise.withResolvers<Findings>();
    worker.onmessage = ({ data }: MessageEvent<Findings | "ready">) => {
      if (data !== "ready") return resolve(data);
      this.bystander.forget();
      worker.postMessage({ name, target } satisfies Order);
    };
    worker.onerror = (event) => {
      event.preventDefault();
      reject(new Error(event.message));
    };
    const timer = setTimeout(() => worker.postMessage("stop"), longestTrial);
    try {
      return await promise;
    } finally {
      clearTimeout(timer);
      worker.terminate();
    }
  }

  /** Runs the trial, and measures what it cost. */
  async perform(): Promise<Outcome> {
    const [before, paceBefore] = [await resetPeak(this.server.pid), pace()];
    this.bystander.forget();
    const { server } = this;
    const findings = await this.#trial.run(this);
    const peak = server === this.server ? await peakMemory(server.pid) : undefined;
    const faults = [...findings.faults, ...this.bystander.complaints];
    if (peak === undefined && server === this.server) faults.push("the server process is gone");
    return {
      findings: { said: findings.said, faults },
      memory: Math.max(0, Math.round((peak ?? before) - before)),
      answer: Math.round(this.bystander.slowest),
      bound: atPace(this.#trial.bound, Math.max(paceBefore, pace())),
    };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.bystander.leave();
    await this.#server.end("SIGKILL");
    await this.#database?.way[Symbol.asyncDispose]();
    await this.#database?.server[Symbol.asyncDispose]();
    await this.disk?.[Symbol.asyncDispose]();
    await this.folder[Symbol.asyncDispose]();
  }
}

/** Which bounds an outcome breaks, in words. */
export function brokenBounds({ memory, answer, bound }: Outcome): string[] {
  return [
    ...memory > bound.memory ? [`took ${memory} MB, at most ${bound.memory} may be`] : [],
    ...answer > bound.answer ? [`a bystander waited ${answer} ms, at most ${bound.answer} may be`] : [],
  ];
}

function atPace({ memory, answer }: Bound, pace: number): Bound {
  return { memory, answer: Math.round(pace * answer) };
}

async function startDatabase(disk: LoopDisk | undefined): Promise<StoreDatabase> {
  const server = await PostgresServer.start({ fsync: "on" });
  const way = new SlowWay(server.port);
  if (disk !== undefined) await server.moveTo(disk.mountPoint);
  const direct = server.location();
  return { server, way, direct, location: direct.replace(`:${server.port}/`, `:${way.port}/`) };
}

function authorityOf({ tls }: Trial, { path }: TemporaryFolder): string | undefined {
  return tls ? `${path}/authority.crt` : undefined;
}

async function startServer(
  trial: Trial,
  { path: cwd }: TemporaryFolder,
  database: StoreDatabase | undefined,
): Promise<ServerProcess> {
  const tls = trial.tls ? ["--tls.cert=cert.pem", "--tls.key=key.pem"] : [];
  const env = database === undefined ? {} : { HELIOGRAPH_STORE: database.location };
  return await ServerProcess.start({ cwd, env }, [...flags, ...tls, ...trial.flags ?? []]);
}

const pattern = /^VmHWM:\s+(\d+) kB$/m;
const kibPerMb = 1e6 / 1024;

/** The most memory, in megabytes, that a process had since {@link resetPeak}; undefined when it is gone. */
async function peakMemory(pid: number): Promise<number | undefined> {
  try {
    const peak = pattern.exec(await Deno.readTextFile(`/proc/${pid}/status`))?.[1];
    return peak === undefined ? undefined : Number(peak) / kibPerMb;
  } catch {
    return undefined;
  }
}

/** Begins to watch a process's memory anew, and answers what it has now, in megabytes. */
async function resetPeak(pid: number): Promise<number> {
  // Linux, proc(5): 5 sets the peak to what is resident now.
  await Deno.writeTextFile(`/proc/${pid}/clear_refs`, "5");
  return await peakMemory(pid) ?? 0;
}
