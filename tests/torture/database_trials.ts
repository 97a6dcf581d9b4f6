import { verifyStore } from "../../lib/operations/mod.ts";
import { killServers } from "../e2e/crash/cluster_kills.ts";
import { Random } from "../e2e/crash/random.ts";
import { signMessage } from "../helpers/peer.ts";
import { ServerProcess } from "../helpers/process.ts";
import { samplePrediction } from "../helpers/samples.ts";
import { pause } from "./bystander.ts";
import { askAdmin, untilReadyz } from "./operator.ts";
import type { Stage } from "./stage.ts";
import type { Findings } from "./trial.ts";

const kills = 30;
/** Milliseconds within which half of the clients of a killed server have all that they missed from another one that is flooded. */
const longestMove = 2000;

/** Three servers beside that of the bystander are killed: nothing is lost or doubled, and nobody waits for them. */
export async function killedServers(stage: Stage): Promise<Findings> {
  const random = new Random(crypto.getRandomValues(new Uint32Array(1))[0] ?? 0);
  // Not by the way that all of them would share with this process.
  const store = stage.database.direct;
  const report = await killServers({ kills, store, cwd: stage.folder.path, random });
  const { predictions, confirmations, duplicates, refusals, moves, p50, p99 } = report;
  return {
    said:
      `seed ${random.seed}: ${predictions} predictions, ${confirmations} confirmations, ${duplicates} of them ` +
      `duplicates, ${refusals} times told to come back; ${moves} moves to another server with recovery, ` +
      `p50 ${p50} ms, p99 ${p99} ms`,
    faults: p50 < longestMove
      ? []
      : [`half of the moves took ${p50} ms or more, at most ${longestMove} may be`],
  };
}

/** What is done to a database, and what undoes it. */
interface Fault {
  begin(stage: Stage): Promise<unknown>;
  end(stage: Stage): Promise<unknown> | void;
}

const lost: Fault = {
  begin: ({ database: { server } }) => server.stop("SIGQUIT"),
  end: ({ database: { server } }) => server.resume(),
};

const frozen: Fault = {
  begin: ({ database: { server } }) => server.freeze(),
  end: ({ database: { server } }) => server.thaw(),
};

const slow: Fault = {
  begin: ({ database: { way } }) => Promise.resolve(way.delay = 1000),
  end: ({ database: { way } }) => void (way.delay = 0),
};

const full: Fault = {
  begin: async ({ disk }) => await disk?.fill(),
  end: async ({ disk }) => await disk?.empty(),
};

export const lostDatabase = (stage: Stage) => outage(stage, lost);
export const frozenDatabase = (stage: Stage) => outage(stage, frozen);
export const slowDatabase = (stage: Stage) => outage(stage, slow);
export const fullDatabase = (stage: Stage) => outage(stage, full);

const outageLasts = 30_000;
/** Milliseconds within which `/readyz` says what is wrong, and within which all is well again. */
const [longestSilence, longestRecovery] = [5000, 10_000];

/** For half a minute it cannot be used: that is said, nothing is lost or doubled, and all goes on by itself. */
async function outage(stage: Stage, { begin, end }: Fault): Promise<Findings> {
  const { bystander, server: { url } } = stage;
  bystander.isTolerant = true;
  const answers = new Map<string, string>();
  const send = async (id: string) => void answers.set(id, await submit(stage, id));
  await send("before");
  await begin(stage);
  const start = performance.now();
  let said: { readonly after: number; readonly words: string } | undefined;
  const sending: Promise<void>[] = [];
  while (performance.now() - start < outageLasts) {
    sending.push(send(`meanwhile-${sending.length}`));
    const { status, text } = await askAdmin(url, "/readyz");
    if (status === 503) said ??= { after: performance.now() - start, words: text };
    await pause(1000);
  }
  await end(stage);
  const over = performance.now();
  const ready = await untilReadyz(url, 200, longestRecovery);
  const back = performance.now() - over;
  await Promise.all(sending);
  const odd = new Set([...answers.values()].filter((answer) => answer !== "confirmed" && answer !== retry));
  const confirmed = [...answers].filter(([, answer]) => answer === "confirmed").map(([id]) => id);
  const before = bystander.confirmed;
  for (const id of answers.keys()) await send(id);
  await pause(2000);
  const { faults } = await verifyStore(stage.database.location);
  const kept = await keptIds(url);
  const missing = [...answers.keys()].filter((id) => kept.filter((other) => other === id).length !== 1);
  return {
    said:
      `/readyz ${
        said === undefined ? "said nothing" : `503 after ${Math.round(said.after)} ms: ${said.words}`
      }; ` +
      `${confirmed.length} of ${answers.size} confirmed meanwhile; 200 ${
        Math.round(back)
      } ms after it was over`,
    faults: [
      ...said !== undefined && said.after < longestSilence ? [] : ["/readyz did not say so in time"],
      ...back < longestRecovery ? [] : [`/readyz did not come back in time: ${ready.text}`],
      ...[...odd].map((answer) => `a prediction was answered ${answer}`),
      ...missing.map((id) => `${id} is not in the store once`),
      ...bystander.confirmed > before
        ? []
        : ["a client that was connected all the time gets no confirmations"],
      ...faults,
    ],
  };
}

const retry = "internal_error, with a time to come back";

/** Sends a prediction over HTTP, and says what it was answered. */
async function submit({ key, server: { url } }: Pick<Stage, "key" | "server">, id: string): Promise<string> {
  const body = signMessage(key, "prediction", samplePrediction(id, { wager: 0.001 }));
  try {
    const response = await fetch(`${url}/api/v1/predictions`, { method: "POST", body });
    const { error } = await response.json();
    if (response.ok) return "confirmed";
    return error.code === "internal_error" && error.retry_after_ms > 0 ? retry : JSON.stringify(error);
  } catch (error) {
    return String(error);
  }
}

async function keptIds(url: string): Promise<string[]> {
  const ids: string[] = [];
  for (let after = 0;;) {
    const { text } = await askAdmin(url, `/admin/predictions?limit=1000&after=${after}`);
    const { predictions } = JSON.parse(text) as { predictions: { prediction_id: string }[] };
    ids.push(...predictions.map(({ prediction_id: id }) => id));
    if (predictions.length < 1000) return ids;
    after = ids.length;
  }
}

/** A server beside that of the bystander stands still while it has the lock. */
export async function frozenServer(stage: Stage): Promise<Findings> {
  const { database: { server: database, location }, bystander, folder } = stage;
  await using frozen = await ServerProcess.start({ cwd: folder.path, env: { HELIOGRAPH_STORE: location } });
  const lock = "begin; select from s1.locks where name = 'predictions' for update; select pg_sleep(60)";
  const held = database.sql(lock).catch(() => {});
  const asleep = "select pid from pg_stat_activity where wait_event = 'PgSleep'";
  while ((await database.sql(asleep)).length === 0) await pause(10);
  const { key, server } = stage;
  const stuck = submit({ key, server: frozen }, "stuck");
  // The bystander's own server waits as well.
  const waiting = "select pid from pg_stat_activity where wait_event_type = 'Lock'";
  while ((await database.sql(waiting)).length < 2) await pause(10);
  Deno.kill(frozen.pid, "SIGSTOP");
  bystander.forget();
  await database.sql(`select pg_terminate_backend(pid) from (${asleep}) as asleep`);
  await held;
  await pause(5000);
  const during = bystander.confirmed;
  Deno.kill(frozen.pid, "SIGCONT");
  const first = await stuck;
  const again = await submit({ key, server: frozen }, "stuck");
  const kept = (await keptIds(server.url)).filter((id) => id === "stuck").length;
  return {
    said:
      `${during} predictions confirmed by the other one meanwhile; its own was answered ${first}, then ${again}`,
    faults: [
      ...again === "confirmed" && kept === 1 ? [] : [`its prediction is in the store ${kept} times`],
      ...during > 0 ? [] : ["the other one confirmed nothing"],
    ],
  };
}
