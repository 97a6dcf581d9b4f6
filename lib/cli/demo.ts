import { bold, green, red, setColorEnabled } from "@std/fmt/colors";
import { between, integer, oneOf, optional, setting, text } from "../config/mod.ts";
import { cryptoReady } from "../crypto/mod.ts";
import type { CreateApp } from "../gateway/mod.ts";
import { FirstSignal } from "../protocol/mod.ts";
import { configureLogging } from "../telemetry/mod.ts";
import { type Command, readUsage, runFramed, type Usage } from "./command.ts";
import { betPace, DemoMiner } from "./demo/demo_miner.ts";
import { DemoValidator } from "./demo/demo_validator.ts";
import { minerCount } from "./demo/fixtures.ts";
import { makeReport, type Report } from "./demo/report.ts";
import { LiveView, PlainView, type View } from "./demo/view.ts";
import { processStdio, tellSync, terminalSize, writeSync } from "./stdio.ts";
import { aborted, stopSignal } from "./stop_signal.ts";

/** What the demo is asked to show. */
interface DemoSettings {
  readonly mode: "both" | "validator" | "miner";
  readonly seconds: number;
  readonly port: number;
  /** Where the miners of mode `miner` connect. */
  readonly validator: string;
}

const modes = ["both", "validator", "miner"] as const;

/** How the command is called. */
export const usage = {
  name: "demo",
  about:
    "Shows the gateway at work on this machine: a real server, ten registered miners, games whose odds move. One miner " +
    "is cut off and recovers, another one gets nothing but HTTP through for a while.",
  options: {
    mode: setting<typeof modes[number]>(oneOf(...modes), "both", "What is started here."),
    seconds: optional(between(1, 86_400, "s"), "How long it goes on.", {
      shownDefault: "15 s, and 60 s in the other modes",
    }),
    port: optional(integer(0, 65_535), "Port of the server; 0 takes a free one.", {
      shownDefault: "a free one, and 10401 in mode validator",
    }),
    validator: setting(
      text("a URL", undefined, "URL|HOST:PORT"),
      "ws://127.0.0.1:10401/ws",
      "Where the miners of mode miner connect.",
    ),
  },
  closing: "Exit code 0: every prediction was confirmed exactly once.",
  examples: [
    "heliograph demo --seconds=60",
    "heliograph demo --mode=validator       in one terminal, and in another:",
    "heliograph demo --mode=miner --validator=ws://127.0.0.1:10401/ws",
  ],
} satisfies Usage;

/** Reads the flags. Throws a `ConfigError`. */
export function readDemoSettings(args: readonly string[]): DemoSettings {
  const { mode, seconds, port, validator } = readUsage(usage, args).values;
  return {
    mode,
    seconds: seconds ?? (mode === "both" ? 15 : 60),
    port: port ?? (mode === "validator" ? 10401 : 0),
    validator,
  };
}

/** Milliseconds between two moves of the odds, and two pictures. */
const pace = { odds: 500, picture: 200 } as const;
/** Milliseconds that confirmations may take after the last bet. */
const patience = 30_000;

/** `heliograph demo`. */
export const run: Command = async (args, createApp) =>
  await runFramed(usage, args, { stdio: processStdio }, async () => {
    const settings = readDemoSettings(args);
    const { signal, release } = stopSignal();
    try {
      return await show(settings, createApp, signal);
    } finally {
      release();
    }
  });

async function show(settings: DemoSettings, createApp: CreateApp, signal: AbortSignal): Promise<number> {
  await cryptoReady();
  setColorEnabled(processStdio.terminal?.colours ?? false);
  const { mode, port, seconds } = settings;
  // What the gateway logs would tear the picture apart; its warnings are worth that.
  configureLogging({
    level: "ERROR",
    websocketLevel: "ERROR",
    format: "pretty",
    write: (text) => tellSync(Deno.stderr, text),
  });
  const broken = new AbortController();
  const write = (text: string) => {
    try {
      if (!broken.signal.aborted) writeSync(Deno.stdout, text);
    } catch (error) {
      broken.abort(error);
    }
  };
  using first = new FirstSignal(signal, broken.signal);
  const random = Math.random;
  const validator = mode === "miner" ? undefined : await DemoValidator.start({ port, random, createApp });
  const url = validator?.url ?? settings.validator;
  const stage: { view?: View } = {};
  const onNews = (text: string) => stage.view?.news(text);
  const numbers = mode === "validator" ? [] : Array.from({ length: minerCount }, (_, index) => index + 1);
  const miners = numbers.map((number) => new DemoMiner({ number, url, random, onNews }));
  const shown = { miners, validator, url, write };
  const view = stage.view = Deno.stdout.isTerminal()
    ? new LiveView({ ...shown, size: terminalSize })
    : new PlainView(shown);
  try {
    await Promise.all(miners.map(({ client }) => client.start()));
    await play({ miners, validator, view, seconds, signal: first.signal });
    delete stage.view;
    view.end();
    if (mode === "validator") return 0;
    broken.signal.throwIfAborted();
    return await tell(await makeReport(miners, validator), url);
  } finally {
    view.end();
    await Promise.all(miners.map(({ client }) => client.close()));
    await validator?.stop();
  }
}

interface Scene {
  readonly miners: readonly DemoMiner[];
  readonly validator: DemoValidator | undefined;
  readonly view: View;
  readonly seconds: number;
  readonly signal: AbortSignal;
}

/** Bets and moving odds for so many seconds, then the wait for the last confirmations. */
async function play({ miners, validator, view, seconds, signal }: Scene): Promise<void> {
  const end = Date.now() + 1000 * seconds;
  const refresh = () => view.refresh(Math.max(0, (end - Date.now()) / 1000));
  const picture = setInterval(refresh, pace.picture);
  const trouble = makeTrouble(miners, seconds, (text) => view.news(text));
  const stops = [
    ...miners.map((miner) => repeat(betPace, () => miner.bet())),
    ...validator === undefined ? [] : [repeat(pace.odds, () => validator.tick())],
  ];
  await timeUp(seconds, signal);
  for (const callOff of trouble) callOff();
  for (const { cable } of miners) cable.state = "whole";
  await Promise.all(stops.map((stop) => stop()));
  await allConfirmed(miners, signal);
  clearInterval(picture);
}

/** Resolves after so many seconds, or when the signal aborts. Deno 2.4 may collect a signal made of several as garbage. */
async function timeUp(seconds: number, signal: AbortSignal): Promise<void> {
  const time = Promise.withResolvers<void>();
  const timer = setTimeout(time.resolve, 1000 * seconds);
  await Promise.race([time.promise, aborted(signal)]);
  clearTimeout(timer);
}

/** One miner is cut off for a while, another one gets only HTTP through. */
function makeTrouble(
  miners: readonly DemoMiner[],
  seconds: number,
  news: (text: string) => void,
): (() => void)[] {
  const [, , , fourth, , , , eighth] = miners;
  if (fourth === undefined || eighth === undefined) return [];
  const at = (share: number, text: string, act: () => void) => {
    const timer = setTimeout(() => {
      news(text);
      act();
    }, 1000 * seconds * share);
    return () => clearTimeout(timer);
  };
  return [
    at(0.2, "miner 4 is cut off", () => fourth.cable.state = "cut"),
    at(0.25, "miner 8 gets only HTTP through", () => eighth.cable.state = "http only"),
    at(0.5, "miner 4 is back", () => fourth.cable.state = "whole"),
    at(0.75, "miner 8 gets everything through again", () => eighth.cable.state = "whole"),
  ];
}

/** Runs a task again and again, never twice at a time; the answer stops that and waits for the last run. */
function repeat(milliseconds: number, task: () => Promise<void>): () => Promise<void> {
  let running = Promise.resolve();
  const timer = setInterval(() => running = running.then(task), milliseconds);
  return () => {
    clearInterval(timer);
    return running;
  };
}

async function allConfirmed(miners: readonly DemoMiner[], signal: AbortSignal): Promise<void> {
  const enough = Date.now() + patience;
  while (miners.some(({ open }) => open > 0) && Date.now() < enough && !signal.aborted) {
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

/** Faults that are named; of one kind there may be thousands. */
const faultsNamed = 10;

async function tell({ rows, faults }: Report, url: string): Promise<number> {
  const width = Math.max(...rows.map(([label]) => label.length));
  const lines = [
    `${bold("Heliograph demo")} on ${url}`,
    ...rows.map(([label, value]) => `${label.padEnd(width)}  ${value}`),
    ...faults.slice(0, faultsNamed).map((fault) => `${red("fault")} ${fault}`),
    ...faults.length > faultsNamed ? [`... and ${faults.length - faultsNamed} more`] : [],
    ...faults.length === 0 ? [green("all confirmed exactly once")] : [],
  ];
  await processStdio.print(lines.map((line) => `${line}\n`).join(""));
  return faults.length === 0 ? 0 : 1;
}
