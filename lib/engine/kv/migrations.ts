const versionKey = ["schema_version"];

/** Each step brings the layout from the version that is its index to the next one. */
const steps: readonly ((database: Deno.Kv) => Promise<void>)[] = [
  async () => {},
  claimsHaveLeases,
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
