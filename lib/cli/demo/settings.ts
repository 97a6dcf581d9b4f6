/** What the demo is asked to show. */
export interface DemoSettings {
  readonly mode: "both" | "validator" | "miner";
  readonly seconds: number;
  readonly port: number;
  /** Where the miners of mode `miner` connect. */
  readonly validator: string;
}

const modes = ["both", "validator", "miner"] as const;
const defaultUrl = "ws://127.0.0.1:10401/ws";

/** Reads the flags; a text says what is wrong with them. */
export function readDemoSettings(args: readonly string[]): DemoSettings | string {
  const given = new Map<string, string>();
  for (const arg of args) {
    const match = /^--(mode|seconds|port|validator)=(.+)$/.exec(arg);
    if (match?.[1] === undefined || match[2] === undefined) return `Unknown argument ${arg}`;
    given.set(match[1], match[2]);
  }
  const mode = modes.find((name) => name === (given.get("mode") ?? "both"));
  if (mode === undefined) return `--mode is "${given.get("mode")}", expected ${modes.join(", ")}`;
  const seconds = Number(given.get("seconds") ?? (mode === "both" ? 15 : 60));
  if (!(seconds >= 1 && seconds <= 86_400)) {
    return `--seconds is "${given.get("seconds")}", expected 1 to 86400`;
  }
  const port = Number(given.get("port") ?? (mode === "validator" ? 10401 : 0));
  if (!Number.isInteger(port) || port < 0 || port > 65_535) {
    return `--port is "${given.get("port")}", expected 0 to 65535`;
  }
  return { mode, seconds, port, validator: given.get("validator") ?? defaultUrl };
}
