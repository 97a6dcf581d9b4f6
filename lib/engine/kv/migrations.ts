const versionKey = ["schema_version"];

/** Each step brings the layout from the version that is its index to the next one. */
const steps: readonly ((database: Deno.Kv) => Promise<void>)[] = [
  async () => {},
];

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
