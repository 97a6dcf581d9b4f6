import type { Config } from "../config/mod.ts";
import { CryptoPool } from "../crypto/mod.ts";
import {
  Batcher,
  Deflater,
  Farewell,
  HistoryBudget,
  Hub,
  MemoryGuard,
  readMemory,
  readMemoryLimit,
} from "../hub/mod.ts";
import type { Inscriptions, JobSockets } from "../inscriptions/mod.ts";
import { type Clock, type GatewayActivity, systemClock, together, within } from "../protocol/mod.ts";
import { Followers, Leases, openEngine, Questions, storeFiles } from "../engine/mod.ts";
import {
  activityDefinition,
  Backups,
  ConsoleService,
  FigureRecorder,
  FreeSpace,
  Health,
  readMetrics,
  Retention,
  Servers,
  StoreSize,
  tellFigures,
} from "../operations/mod.ts";
import { openNode, openStreamAccess, ownPolledStream, streamDefinitions, Streams } from "../streams/mod.ts";
import { Activity, type GatewayStatus, logger, LoopLag, type MetricReadings } from "../telemetry/mod.ts";
import { openValidatorKey, Validator } from "../validator/mod.ts";
import { historyLimits, openBoundEngine } from "./bound_engine.ts";
import { JobService } from "./job_service.ts";

const log = logger("gateway");

/** Milliseconds; a simulated node may be looked at without anybody who listens. */
const lookAtSimulation = 60_000;

/** How much of the time for a drain may be spent on what is under way. */
const shareToConfirm = 0.6;

/** Everything that one server consists of, wired together. */
export class Gateway {
  /** In milliseconds since the Unix epoch. */
  readonly startedAt: number;
  readonly #begin: number;
  /** Shared by all connections that ask for such frames. */
  readonly deflater = new Deflater();
  readonly batcher: Batcher;
  readonly #ending = new AbortController();
  #draining: Promise<void> | undefined;

  constructor(
    readonly config: Config,
    readonly clock: Clock,
    readonly hub: Hub,
    readonly validator: Validator,
    readonly streams: Streams,
    readonly jobs: JobService,
    /** What it has done since it started. */
    readonly activity: Activity,
    readonly historyBudget: HistoryBudget,
    readonly health: Health,
    readonly size: StoreSize,
    /** The backups that it makes of its store. */
    readonly backups: Backups,
    /** What it did in the last hour and the last day. */
    readonly figures: FigureRecorder,
    /** What stands behind the operators' page. */
    readonly console: ConsoleService,
    /** What is asked of all servers of the store. */
    readonly servers: Servers,
    /** Whether the validator's key was made at this start. */
    readonly keyIsNew: boolean,
    private readonly resources: readonly { close(): void | Promise<void> }[],
  ) {
    this.startedAt = clock.now();
    this.#begin = clock.elapsed();
    this.batcher = new Batcher(clock);
  }

  /** Milliseconds since the start. */
  get uptime(): number {
    return this.clock.elapsed() - this.#begin;
  }

  get status(): GatewayStatus {
    if (this.#draining !== undefined) return "draining";
    if (!this.validator.canCommit) return "offline";
    return this.config["websocket.enabled"] ? "online" : "disabled";
  }

  get inscriptions(): Inscriptions {
    return this.jobs.inscriptions;
  }

  get sockets(): JobSockets {
    return this.jobs.sockets;
  }

  /** What all metrics stand at now. */
  readMetrics(): MetricReadings {
    return readMetrics(this);
  }

  /** Aborts when the gateway drains: whoever waits should stop waiting. */
  get ending(): AbortSignal {
    return this.#ending.signal;
  }

  /** Takes nothing new, finishes what is under way, and closes every connection with its own time to come back. */
  drain(): Promise<void> {
    this.#draining ??= this.#drain();
    return this.#draining;
  }

  /** Drains and gives everything back. */
  async stop(): Promise<void> {
    await this.drain();
    this.hub.stop();
    for (const resource of this.resources) await resource.close();
  }

  async #drain(): Promise<void> {
    const connections = this.hub.size;
    if (connections > 0) log.info("Draining: {connections} connections", { connections });
    this.#ending.abort();
    this.hub.close();
    const patience = 1000 * this.config["shutdown_timeout"];
    // The rest is for the port to close.
    const deadline = this.clock.elapsed() + patience - Math.min(1000, patience / 4);
    const work = this.#finish(deadline).catch((error) => {
      log.error("Fault while draining: {error}", { error });
    });
    const isDone = await within(this.clock, deadline, work);
    const left = this.hub.size;
    if (!isDone || left > 0) log.warning("Cut off what did not end in time: {left} connections", { left });
  }

  async #finish(deadline: number): Promise<void> {
    const { clock, hub, validator, jobs } = this;
    const now = clock.elapsed();
    const leaving = this.streams.leave();
    const work = Promise.all([validator.stop(), jobs.drain(), this.figures.stop(), this.console.stop()]);
    if (!await within(clock, now + shareToConfirm * (deadline - now), work)) {
      const { underWay } = validator;
      log.warning("Cut off {underWay} predictions that were not confirmed in time", { underWay });
    }
    await new Farewell({ hub, clock, deadline }).say();
    await Promise.all([jobs.sockets.close(), leaving]);
  }
}

/**
 * Opens what a configuration names and wires it together. Nothing listens yet: hand the gateway to `listen`.
 *
 * @throws {Error} when the store, the key or the metagraph cannot be used
 */
export async function createGateway(
  config: Config,
  clock: Clock = systemClock,
  open = openEngine,
): Promise<Gateway> {
  const memoryLimit = config["memory.limit"] ?? readMemoryLimit();
  const { keypair, isNew } = await openValidatorKey(config["validator_key"]);
  const access = await openStreamAccess(config, clock);
  // Its first worker loads while the store is opened.
  const pool = new CryptoPool({ workers: config["crypto.workers"], seed: keypair.seed, clock });
  const engine = await openBoundEngine(config, keypair.address, { clock, open }).catch((error) => {
    pool.close();
    throw error;
  });
  const activity = new Activity();
  const loopLag = new LoopLag(clock, activity.loopLag);
  const historyBudget = new HistoryBudget(config["history.max_bytes"]);
  const hub = new Hub({
    clock,
    activity,
    limits: hubLimits(config),
    traceFrames: config["websocket.log_level"] === "TRACE",
  });
  const channels = {
    ...historyLimits(config),
    budget: historyBudget,
    activity,
  };
  const [file] = storeFiles(config["store"]);
  const space = new FreeSpace({ file, least: config["store.min_free"], clock });
  const shortage = () => space.shortage;
  const size = new StoreSize({ location: config["store"], space, clock, engine });
  const backups = new Backups({ location: config["store"], size, folder: config["store.backups"], clock });
  const followers = new Followers({ log: engine.log, clock });
  const questions = new Questions({ store: engine, followers, clock, self: () => jobs.instances.self });
  const validator = new Validator({
    store: engine,
    followers,
    questions,
    pool,
    keypair,
    hub,
    clock,
    channels,
    metagraph: config["metagraph"],
    chainFilter: { minStake: config["metagraph.min_stake"], permit: config["metagraph.permit"] },
    duplicatePolicy: config["websocket.duplicate_policy"],
    limits: {
      smallestWager: config["predictions.smallest_wager"],
      maxSize: config["predictions.max_size"],
      perDay: config["predictions.daily_per_miner"],
      bytesPerDay: config["predictions.daily_bytes_per_miner"],
    },
    shortage,
  });
  const leases = new Leases({ store: engine, holder: () => questions.self });
  const streams = new Streams({
    store: engine,
    followers,
    node: openNode(config["rpc_url"], config["rpc_profile"], clock),
    clock,
    settings: channels,
    definitions: [
      ...streamDefinitions,
      activityDefinition({ status: () => gateway.status, clock, hub, validator, activity }),
    ],
    leaseOf: (name) => leases.of(`streams/${name}`),
    own: config["streams"].map((declaration) => ({ ...ownPolledStream(declaration), declaration })),
    access,
  });
  const jobs = new JobService({
    config,
    store: engine,
    followers,
    clock,
    activity,
    shortage,
    hub,
    figures: tellFigures({
      console: consoleOf(config),
      clock,
      startedAt: () => gateway.startedAt,
      connections: () => hub.size,
      isDraining: () => gateway.status === "draining",
      behind: () => engine.log.behind(),
    }),
  });
  const memoryGuard = new MemoryGuard({
    places: hub.places,
    // What it watches is the machine's.
    clock: systemClock,
    activity,
    maxGrowth: config["memory.max_growth"],
    limit: await memoryLimit,
    read: readMemory,
  });
  const retention = new Retention({
    store: engine,
    days: { predictions: config["retention.predictions"], jobs: config["retention.jobs"] },
    clock,
  });
  const lookEvery = streams.simulated ? lookAtSimulation : 1000 * config["streams.look_every"] || undefined;
  const figures = new FigureRecorder({
    clock,
    hub,
    validator,
    activity,
    streams,
    store: engine,
    size,
    server: () => jobs.instances.self,
    lookEvery,
  });
  const consoleService = new ConsoleService({
    store: engine,
    clock,
    validator,
    server: () => jobs.instances.self,
    token: config["admin_token"],
    activity: async () => {
      const stream = streams.find("gateway");
      await stream?.newest();
      return stream?.fresh as GatewayActivity | undefined;
    },
    readings: () => gateway.readMetrics(),
    webhook: config["alerts.webhook"],
    instance: instanceOf(config),
  });
  const gateway: Gateway = new Gateway(
    config,
    clock,
    hub,
    validator,
    streams,
    jobs,
    activity,
    historyBudget,
    new Health({ clock, engine, space, validator, pool }),
    size,
    backups,
    figures,
    consoleService,
    new Servers({
      hub,
      judgements: consoleService.judgements,
      history: consoleService.history,
      questions,
      instances: () => jobs.instances,
      drain: () => void gateway.drain(),
    }),
    isNew,
    [memoryGuard, loopLag, space, backups, consoleService, retention, streams, pool, followers, engine],
  );
  try {
    followers.start();
    await together([space.start(), validator.start(), streams.start()]);
    await jobs.start();
    await together([figures.start(), consoleService.start()]);
    if (config["websocket.handlers"] !== undefined) {
      await loadHandlers(validator, config["websocket.handlers"]);
    }
  } catch (error) {
    await gateway.stop();
    throw error;
  }
  hub.start();
  memoryGuard.start();
  loopLag.start();
  retention.start();
  consoleService.alerts.start(
    figures.marks.all.filter(({ kind }) => kind === "start").map(({ at }) => at).slice(0, -1),
  );
  return gateway;
}

/** Where operators find the console of this server. */
function consoleOf(config: Config): string | null {
  const base = config["admin.public_url"] ??
    (config["admin.port"] === undefined ? config["public_url"] : undefined);
  return base === undefined ? null : `${base.replace(/\/$/, "")}/console`;
}

/** How alerts call a server: as a Prometheus would that looks at it. */
function instanceOf({ public_url, host, port }: Config): string {
  return public_url === undefined ? `${host}:${port}` : new URL(public_url).host;
}

function hubLimits(config: Config) {
  return {
    maxConnections: config["websocket.max_connections"],
    maxConnectionsPerAddress: config["websocket.max_connections_per_address"],
    maxStrangersPerAddress: config["websocket.max_strangers_per_address"],
    heartbeatInterval: 1000 * config["websocket.heartbeat_interval"],
    connectionTimeout: 1000 * config["websocket.connection_timeout"],
    authTimeout: 1000 * config["websocket.auth_timeout"],
    maxMessageSize: config["websocket.max_message_size"],
    maxQueue: config["websocket.max_queue"],
    rateLimit: config["websocket.rate_limit"],
    strangerRate: config["http.rate_limit"],
  };
}

async function loadHandlers(validator: Validator, path: string): Promise<void> {
  const url = new URL(path, `file://${Deno.cwd()}/`).href;
  try {
    const { default: register } = await import(url);
    await register(validator);
  } catch (cause) {
    throw new Error(`Cannot load the handlers ${path}: ${(cause as Error).message}`, { cause });
  }
}
