/** A binary that does not end by itself is none. */
const patienceMs = 60_000;

/** Runs a binary of this platform once; rejects with what it said where it does not say its version. */
export async function tryBinary(path: string): Promise<void> {
  const signal = AbortSignal.timeout(patienceMs);
  const { success, stdout, stderr } = await new Deno.Command(path, {
    args: ["--version"],
    env: { NO_COLOR: "1" },
    stdin: "null",
    signal,
  }).output();
  const [said, complained] = [stdout, stderr].map((bytes) => new TextDecoder().decode(bytes).trim());
  if (success && /\d+\.\d+\.\d+/.test(said ?? "")) return;
  const reason = [complained, said].find((text) => text !== "") ?? "it says nothing";
  throw new Error(`What was compiled does not run: ${reason.replace(/^Stack backtrace:[^]*/m, "").trim()}`);
}
