import { ConfigError } from "../config/mod.ts";
import { type ClientEvent, MinerPool, type ValidatorAddress } from "../client/mod.ts";
import { KvOutbox } from "../client/kv_outbox.ts";
import { cryptoReady, type Keypair } from "../crypto/mod.ts";
import { FirstSignal } from "../protocol/mod.ts";
import { configureLogging, flushLogs, logger } from "../telemetry/mod.ts";
import { type Command, runFramed } from "./command.ts";
import { eventLine, type InvalidLine, LineWriter, readableLine } from "./miner/event_lines.ts";
import { openInput, openOutbox, readKey, readText } from "./files.ts";
import { takeIn } from "./miner/intake.ts";
import { type MinerSettings, readMinerSettings, usage } from "./miner/settings.ts";
import { chooseValidators, Refusals } from "./miner/validators.ts";
import { Summary } from "./miner/summary.ts";
import { palette } from "./palette.ts";
import { processStdio, type Stdio, writeSync } from "./stdio.ts";
import { aborted, stopSignal } from "./stop_signal.ts";

export { usage };

/** What the miner gets from around it; tests hand in their own. */
interface MinerSurroundings {
  readonly env: Readonly<Record<string, string>>;
  readonly stdio: Stdio;
  /** Takes whole log lines. */
  readonly writeLog: (text: string) => void;
  /** Whether people read the log. */
  readonly terminal: boolean;
  /** Whether people type the input. */
  readonly isTyped?: boolean;
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
      isTyped: Deno.stdin.isTerminal(),
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
  // What people see on a terminal says the same as the log would.
  const quiet = stdio.terminal === undefined ? "INFO" : "ERROR";
  await cryptoReady();
  const validators = await chooseValidators(settings, {
    readFile: (path) => readText("validators", path),
    signal: surroundings.signal,
  });
  const keypair = await readKey(settings.key);
  configureLogging({
    level: settings.log_level ?? quiet,
    websocketLevel: settings.websocket_log_level ?? quiet,
    format: terminal ? "pretty" : "json",
    write: writeLog,
  });
  const broken = new AbortController();
  const writer = new LineWriter((text) => stdio.print(text), () => broken.abort());
  using first = new FirstSignal(surroundings.signal, broken.signal);
  using kv = await openOutbox(settings.outbox);
  await using pool = newPool(settings, validators, keypair, kv);
  const summary = new Summary(pool.clients.map(({ validator }) => validator));
  const refusals = new Refusals(validators.length, 1000 * settings.websocket_max_reconnect_interval);
  const tell = teller(stdio, validators.length > 1, (line) => writer.write(line));
  pool.subscribe((event) => {
    summary.count(event);
    refusals.take(event);
    tell(event);
  });
  if (settings.input === "-" && surroundings.isTyped) await stdio.complain(invitation);
  const { address } = keypair;
  const taking = await work(pool, {
    settings,
    stdio,
    summary,
    refusals,
    address,
    tell,
    signal: first.signal,
  });
  await pool.close();
  await taking.done;
  for (const { validator, waiting } of pool.clients) summary.waiting(validator, waiting);
  await writer.flushed();
  flushLogs();
  await stdio.complain(stdio.terminal === undefined ? summary.table() : summary.sentences());
  if (refusals.isRefusedByAll) await stdio.complain(unregistered(address, settings, pool.waiting));
  return summary.allConfirmed ? 0 : 1;
}

const invitation = "Waiting for predictions: one JSON object on each line; Ctrl-D ends the input\n";

function unregistered(address: string, { outbox }: MinerSettings, waiting: number): string {
  const kept = waiting === 0 ? "" : ` What waits is kept in ${outbox}.`;
  return `No validator here has this hotkey registered:\n  ${address}\n` +
    `An operator registers it with PUT /admin/miners/HOTKEY.${kept}\n`;
}

type Tell = (event: ClientEvent | InvalidLine) => void;

/** Says what happens: a line for people on a terminal, else one of JSON. */
function teller({ terminal }: Stdio, several: boolean, write: (line: string) => void): Tell {
  if (terminal === undefined) return (event) => write(eventLine(event));
  const paint = palette(terminal.colours);
  return (event) => {
    const line = readableLine(event, { paint, several, columns: terminal.columns() });
    if (line !== undefined) write(line);
  };
}

interface Job {
  readonly settings: MinerSettings;
  readonly stdio: Stdio;
  readonly summary: Summary;
  readonly refusals: Refusals;
  /** The miner's hotkey. */
  readonly address: string;
  readonly tell: Tell;
  readonly signal: AbortSignal;
}

/** Runs until there is nothing more to do, or until the signal. `done`: the input is taken in, or given up. */
async function work(pool: MinerPool, job: Job): Promise<{ done: Promise<void> }> {
  const { settings, stdio, summary, refusals, tell, signal } = job;
  const stopped = aborted(signal);
  await pool.start();
  const input = settings.input === "-" ? stdio.input : await openInput(settings.input);
  const done = takeIn(input, {
    submit: async (prediction) => {
      await pool.submit(prediction);
      summary.submitted();
    },
    uid: () => uidOf(pool, job),
    invalid(line, message) {
      summary.invalid();
      logger("miner").warning("Line {line} of the input is not submitted: {reason}", {
        line,
        reason: message,
      });
      tell({ type: "invalid", line, message });
    },
  }, signal);
  await Promise.race([done, stopped]);
  await Promise.race(settings.exit_when_done ? [pool.idle(), refusals.byAll, stopped] : [stopped]);
  return { done };
}

/** Problems over HTTP after which a validator will not tell the uid soon. */
const tellsNoUid = ["uid_unknown", "not_authorized"];

/** The given uid, else what the first validator tells. */
async function uidOf(pool: MinerPool, { settings, refusals, address }: Job): Promise<number | string> {
  if (settings.uid !== undefined) return settings.uid;
  const known = () => pool.clients.map(({ uid }) => uid).find((uid) => uid !== undefined);
  const uid = known();
  if (uid !== undefined) return uid;
  const silent = new Set<string>();
  for await (const event of pool.events()) {
    const uid = known();
    if (uid !== undefined) return uid;
    if (!settings.websocket_enabled && event.type === "problem" && tellsNoUid.includes(event.code)) {
      silent.add(event.validator);
    }
    if (silent.size === pool.clients.length) {
      throw new Error(`miner_uid is missing, and no validator tells that of ${address}: set --uid`);
    }
    if (refusals.isRefusedByAll && settings.exit_when_done) {
      throw new Error(`miner_uid is missing, and no validator knows ${address}`);
    }
  }
  throw new Error("miner_uid is missing, and no validator has told it");
}

function newPool(
  settings: MinerSettings,
  validators: readonly ValidatorAddress[],
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
      heartbeatInterval: 1000 * settings.websocket_heartbeat_interval,
      reconnectInterval: 1000 * settings.websocket_reconnect_base_interval,
      maxReconnectInterval: 1000 * settings.websocket_max_reconnect_interval,
      // The message is a text and no template here.
      log: (level, message, properties = {}) => log[level](message.replaceAll(/[{}]/g, "$&$&"), properties),
    });
  } catch (error) {
    throw new ConfigError(error instanceof Error ? error.message : String(error));
  }
}
