import { ConfigError } from "../config/mod.ts";
import { MinerPool } from "../client/mod.ts";
import { KvOutbox } from "../client/kv_outbox.ts";
import { cryptoReady, type Keypair } from "../crypto/mod.ts";
import { FirstSignal } from "../protocol/mod.ts";
import { configureLogging, flushLogs, logger } from "../telemetry/mod.ts";
import { type Command, runFramed } from "./command.ts";
import { eventLine } from "./miner/event_line.ts";
import { openInput, openOutbox, readKey, readText } from "./miner/files.ts";
import { takeIn } from "./miner/intake.ts";
import { LineWriter } from "./miner/line_writer.ts";
import { type MinerSettings, readMinerSettings, usage } from "./miner/settings.ts";
import { Summary } from "./miner/summary.ts";
import { readValidators } from "./miner/validators.ts";
import { processStdio, type Stdio, writeSync } from "./stdio.ts";
import { aborted, stopSignal } from "./stop_signal.ts";

export { usage };

/** What the miner gets from around it; tests hand in their own. */
export interface MinerSurroundings {
  readonly env: Readonly<Record<string, string>>;
  readonly stdio: Stdio;
  /** Takes whole log lines. */
  readonly writeLog: (text: string) => void;
  /** Whether people read the log. */
  readonly terminal: boolean;
  /** Aborts when the miner is to end. */
  readonly signal: AbortSignal;
}

/** `heliograph miner`. */
export const run: Command = async (args) => {
  const { signal, release } = stopSignal();
  try {
    return await runMiner(args, {
      env: Deno.env.toObject(),
      stdio: processStdio,
      writeLog: (text) => writeSync(Deno.stderr, text),
      terminal: Deno.stderr.isTerminal(),
      signal,
    });
  } finally {
    release();
  }
};

/** {@link run} with surroundings of the caller's choice. */
export async function runMiner(args: readonly string[], surroundings: MinerSurroundings): Promise<number> {
  return await runFramed(usage, args, surroundings, () => {
    return mine(readMinerSettings(args, surroundings.env), surroundings);
  });
}

async function mine(settings: MinerSettings, surroundings: MinerSurroundings): Promise<number> {
  const { stdio, writeLog, terminal } = surroundings;
  await cryptoReady();
  const validators = await readValidators(settings.validators, (path) => readText("validators", path));
  const keypair = await readKey(settings.key);
  configureLogging({
    level: settings.log_level,
    websocketLevel: settings.websocket_log_level,
    format: terminal ? "pretty" : "json",
    write: writeLog,
  });
  const broken = new AbortController();
  const writer = new LineWriter((text) => stdio.print(text), () => broken.abort());
  using first = new FirstSignal(surroundings.signal, broken.signal);
  using kv = await openOutbox(settings.outbox);
  await using pool = newPool(settings, validators, keypair, kv);
  const summary = new Summary(pool.clients.map(({ validator }) => validator));
  pool.subscribe((event) => {
    summary.count(event);
    writer.write(eventLine(event));
  });
  const taking = await work(pool, { settings, stdio, summary, writer, signal: first.signal });
  await pool.close();
  await taking.done;
  for (const { validator, waiting } of pool.clients) summary.waiting(validator, waiting);
  await writer.flushed();
  flushLogs();
  await stdio.complain(summary.table());
  return summary.allConfirmed ? 0 : 1;
}

interface Job {
  readonly settings: MinerSettings;
  readonly stdio: Stdio;
  readonly summary: Summary;
  readonly writer: LineWriter;
  readonly signal: AbortSignal;
}

/** Runs until there is nothing more to do, or until the signal. `done`: the input is taken in, or given up. */
async function work(pool: MinerPool, job: Job): Promise<{ done: Promise<void> }> {
  const { settings, stdio, summary, writer, signal } = job;
  const stopped = aborted(signal);
  await pool.start();
  const input = settings.input === "-" ? stdio.input : await openInput(settings.input);
  const done = takeIn(input, {
    submit: async (prediction) => {
      await pool.submit(prediction);
      summary.submitted();
    },
    uid: () => uidOf(pool, settings),
    invalid(line, message) {
      summary.invalid();
      logger("miner").warning("Line {line} of the input is not submitted: {reason}", {
        line,
        reason: message,
      });
      writer.write(JSON.stringify({ event: "invalid", line, message }));
    },
  }, signal);
  await Promise.race([done, stopped]);
  await Promise.race(settings.exit_when_done ? [pool.idle(), stopped] : [stopped]);
  return { done };
}

/** The given uid, else what the first welcome tells. */
async function uidOf(pool: MinerPool, settings: MinerSettings): Promise<number | string> {
  if (settings.uid !== undefined) return settings.uid;
  const known = () => pool.clients.map(({ uid }) => uid).find((uid) => uid !== undefined);
  const uid = known();
  if (uid !== undefined) return uid;
  if (!settings.websocket_enabled) {
    throw new Error("miner_uid is missing, and without a WebSocket no welcome tells it: set --uid");
  }
  for await (const _ of pool.events()) {
    const uid = known();
    if (uid !== undefined) return uid;
  }
  throw new Error("miner_uid is missing, and no validator has told it");
}

function newPool(
  settings: MinerSettings,
  validators: Awaited<ReturnType<typeof readValidators>>,
  keypair: Keypair,
  kv: Deno.Kv,
): MinerPool {
  const log = logger("websocket");
  try {
    return new MinerPool({
      validators,
      keypair,
      outbox: (validator) => new KvOutbox(kv, ["outbox", keypair.address, validator]),
      websocketEnabled: settings.websocket_enabled,
      heartbeatInterval: settings.websocket_heartbeat_interval,
      reconnectBaseInterval: settings.websocket_reconnect_base_interval,
      maxReconnectInterval: settings.websocket_max_reconnect_interval,
      // The message is a text and no template here.
      log: (level, message, properties = {}) => log[level](message.replaceAll(/[{}]/g, "$&$&"), properties),
    });
  } catch (error) {
    throw new ConfigError(error instanceof Error ? error.message : String(error));
  }
}
