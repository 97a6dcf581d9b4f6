import { commandLine, runToEnd } from "../helpers/process.ts";
import { pause } from "./bystander.ts";
import { askAdmin, untilReadyz } from "./operator.ts";
import type { Stage } from "./stage.ts";
import type { Findings } from "./trial.ts";

type Damage = "remove" | "truncate" | "overwrite";

const pageSize = 4096;

/** Whatever was confirmed after the damage must be there after a restart; so nothing may be. */
export async function lostStore(stage: Stage, damage: Damage): Promise<Findings> {
  await pause(1000);
  // Beyond the file's first pages, so that there is something to overwrite.
  for (let count = 0; count < 40; count += 1) await stage.bystander.predictOverHttp(`before-${count}`);
  stage.bystander.isTolerant = true;
  const file = `${stage.folder.path}/data/heliograph.db`;
  // Cut to nothing, the index that all processes map into their memory ends the process by a signal: no confirmation.
  const harmed = damage === "truncate" ? ["", "-wal"] : ["", "-wal", "-shm"];
  for (const suffix of harmed) await harm(`${file}${suffix}`, damage);
  const statuses: number[] = [];
  for (let count = 0; count < 20; count += 1) {
    statuses.push(await stage.bystander.predictOverHttp(`after-${count}`).catch(() => 0));
    await pause(50);
  }
  const ready = await askAdmin(stage.server.url, "/readyz");
  const confirmed = statuses.filter((status) => status === 200).length;
  const lost = confirmed === 0 ? 0 : confirmed - await countKept(stage);
  return {
    said: `${confirmed} of 20 confirmed after it, ${lost} of them lost; /readyz ${ready.status}`,
    faults: [
      ...lost > 0 ? [`${lost} confirmed predictions are lost`] : [],
      ...confirmed < 20 && ready.status !== 503 ? [`/readyz says ${ready.status} ${ready.text}`] : [],
      ...confirmed < 20 && !ready.text.includes("heliograph.db") ? ["/readyz does not name the file"] : [],
    ],
  };
}

async function harm(path: string, damage: Damage): Promise<void> {
  if (await Deno.stat(path).then(() => false, () => true)) return;
  if (damage === "remove") return await Deno.remove(path);
  if (damage === "truncate") return await Deno.truncate(path, 0);
  using file = await Deno.open(path, { write: true, read: true });
  const { size } = await file.stat();
  for (let page = 0; page < size; page += 3 * pageSize) {
    await file.seek(page, Deno.SeekMode.Start);
    await file.write(crypto.getRandomValues(new Uint8Array(Math.min(pageSize, size - page))));
  }
}

/** How many of those that were confirmed after the damage are there after a restart; none where it does not start. */
async function countKept(stage: Stage): Promise<number> {
  try {
    await stage.restart();
    const { text } = await askAdmin(stage.server.url, "/admin/predictions?limit=1000");
    return new Set(text.match(/"prediction_id": "after-\d+"/g)).size;
  } catch {
    return 0;
  }
}

/** A disk that hangs is seen while it does, nothing is confirmed meanwhile, and all goes on when it is back. */
export async function hungDisk(stage: Stage): Promise<Findings> {
  const { disk, bystander, server: { url } } = stage;
  if (disk === undefined) throw new Error("The trial has no disk of its own");
  bystander.isTolerant = true;
  await disk.freeze();
  const start = performance.now();
  const submitted = bystander.predictOverHttp("meanwhile");
  const early = await Promise.race([submitted, pause(500)]);
  // What was committed just before it hung is believed for a second.
  const ready = await untilReadyz(url, 503, 4500);
  const seen = performance.now() - start;
  await pause(8000 - seen);
  const before = bystander.confirmed;
  await disk.thaw();
  const thawed = performance.now();
  await untilReadyz(url, 200, 10_000);
  const back = performance.now() - thawed;
  const status = await submitted;
  const { text } = await askAdmin(url, "/admin/predictions?limit=1000");
  const isKept = text.includes('"meanwhile"');
  await pause(1000);
  return {
    said:
      `/readyz ${ready.status} ${Math.round(seen)} ms after it hung, 200 ${
        Math.round(back)
      } ms after it was back; ` +
      `the prediction of that time got ${status} and is ${isKept ? "kept" : "not kept"}`,
    faults: [
      ...early === undefined ? [] : [`a prediction got ${early} while nothing could be written`],
      ...ready.status === 503 && seen < 5000
        ? []
        : [`/readyz said ${ready.status} after ${Math.round(seen)} ms`],
      ...back < 10_000 ? [] : ["/readyz never came back"],
      ...status === 200 && !isKept ? ["a confirmed prediction is lost"] : [],
      ...bystander.confirmed > before ? [] : ["nothing was confirmed any more"],
    ],
  };
}

/** What was confirmed before the backup is there after its restore; what comes then is of another lineage. */
export async function restoredBackup(stage: Stage): Promise<Findings> {
  const faults: string[] = [];
  const store = async (...args: string[]) => {
    const line = commandLine("store", ...args, "--store=data/heliograph.db");
    const { code, stderr } = await runToEnd(line, { cwd: stage.folder.path });
    if (code !== 0) faults.push(`store ${args[0]} ended with ${code}: ${stderr}`);
  };
  const submit = async (name: string) => {
    for (let count = 0; count < 20; count += 1) await stage.bystander.predictOverHttp(`${name}-${count}`);
  };
  await submit("kept");
  await store("backup", "backup.db");
  await submit("lost");
  await stage.restart(() => store("restore", "backup.db", "--force"));
  await submit("new");
  await store("verify");
  const { text } = await askAdmin(stage.server.url, "/admin/predictions?limit=1000");
  const { predictions } = JSON.parse(text) as { predictions: Accepted[] };
  const count = (name: string, ofLineage: boolean) =>
    predictions.filter(({ prediction_id: id, receipt }) =>
      id.startsWith(name) && (receipt.lineage !== undefined) === ofLineage
    ).length;
  const counts = [count("kept", false), count("lost", false), count("new", true)];
  return {
    said: `of 20 each before the backup, after it and after its restore ${counts.join(", ")} are there`,
    faults: [...faults, ...counts.join() === "20,0,20" ? [] : ["not those that should be"]],
  };
}

interface Accepted {
  readonly prediction_id: string;
  readonly receipt: { readonly lineage?: string };
}

/** Its clients answered all the time: none of them is silent. */
export async function stoppedProcess(stage: Stage): Promise<Findings> {
  const { pid } = stage.server;
  Deno.kill(pid, "SIGSTOP");
  await pause(5000);
  const before = stage.bystander.confirmed;
  Deno.kill(pid, "SIGCONT");
  await pause(3000);
  const confirmed = stage.bystander.confirmed - before;
  return {
    said: `stopped for 5 s; ${confirmed} predictions confirmed in the 3 s after it`,
    faults: confirmed > 0 ? [] : ["nothing was confirmed any more"],
  };
}
