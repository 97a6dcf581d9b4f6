import { assertEquals } from "@std/assert";
import { stopSignal } from "../../lib/cli/stop_signal.ts";

/** A process that gets signals when the test sends them. */
function scene() {
  const listeners = new Map<string, () => void>();
  const scene = { now: 0, exits: [] as number[] };
  const source = {
    listen: (name: string, listener: () => void) => void listeners.set(name, listener),
    unlisten: (name: string) => void listeners.delete(name),
    exit: (code: number) => void scene.exits.push(code),
    now: () => scene.now,
  };
  const { signal, release } = stopSignal({ hangup: true, source });
  const send = (name: string) => listeners.get(name)?.();
  return Object.assign(scene, { signal, release, send, listeners });
}

Deno.test("the first signal asks for an end, a later one ends the process with the shell's code", () => {
  for (const [name, code] of [["SIGINT", 130], ["SIGTERM", 143], ["SIGHUP", 129]] as const) {
    const process = scene();
    process.send(name);
    assertEquals([process.signal.aborted, process.exits], [true, []]);
    process.now = 1000;
    process.send(name);
    assertEquals(process.exits, [code]);
    process.release();
    assertEquals(process.listeners.size, 0);
  }
});

Deno.test("a Ctrl-C that comes twice, as through deno task, is one", () => {
  const process = scene();
  process.send("SIGINT");
  process.send("SIGINT");
  assertEquals([process.signal.aborted, process.exits], [true, []]);
  process.now = 150;
  process.send("SIGINT");
  process.send("SIGINT");
  assertEquals(process.exits, [130]);
});

Deno.test("a SIGTERM right after another one ends the process at once", () => {
  const process = scene();
  process.send("SIGTERM");
  process.send("SIGTERM");
  assertEquals(process.exits, [143]);
});
