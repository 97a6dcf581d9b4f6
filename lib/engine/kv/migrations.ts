import { jobChannel } from "../repositories/jobs.ts";
import { type ChannelHead, headKey } from "./log_rows.ts";

const versionKey = ["schema_version"];

/** Each step brings the layout from the version that is its index to the next one. */
const steps: readonly ((database: Deno.Kv) => Promise<void>)[] = [
  async () => {},
  claimsHaveLeases,
  jobsAreChannels,
  // Whoever follows the log leaves a mark, without which nobody tells it anything: an older program would not.
  async () => {},
];

/** Who claims a blob, and who works on a job, says so with a word of its own. */
async function claimsHaveLeases(database: Deno.Kv): Promise<void> {
  const lease = () => crypto.randomUUID();
  for await (const { key, value } of database.list<string>({ prefix: ["blobs"] })) {
    await database.set(key, { owner: value, lease: lease() });
  }
  for await (const { key, value } of database.list<object>({ prefix: ["open_jobs"] })) {
    await database.set(key, { ...value, lease: lease() });
  }
  await database.delete(["api_keys_version"]);
}

/** What followers of a job are told is numbered by the log, whose rows and feed an older program does not know. */
async function jobsAreChannels(database: Deno.Kv): Promise<void> {
  for await (const { key } of database.list({ prefix: ["open_jobs"] })) {
    const id = String(key[1]);
    const { value } = await database.get<{ offset: number }>(["jobs", id]);
    if (value === null) continue;
    const { offset } = value;
    const head: ChannelHead = { offset, at: Date.now(), first: offset + 1 };
    await database.set([...headKey(jobChannel(id))], head);
  }
  await database.delete(["miners_version"]);
  await database.delete(["api_keys_version"]);
}

/** Runs the steps that the store has not seen. Throws when the store is of a later version than this program. */
export async function migrate(database: Deno.Kv): Promise<void> {
  const { value } = await database.get<number>(versionKey);
  const version = value ?? 0;
  if (version > steps.length) {
    throw new Error(
      `Cannot use the store: its layout has version ${version}, this program knows up to ${steps.length}; ` +
        "start the newer program or another store",
    );
  }
  for (const step of steps.slice(version)) await step(database);
  if (version < steps.length) await database.set(versionKey, steps.length);
}
