import { median } from "../../lib/telemetry/mod.ts";

/** Milliseconds that {@link work} took on two cores of a virtual machine, quiet: 1.8 to 2.5, Deno 2.9.6. */
const reference = 2;
const times = 25;

const text = JSON.stringify(Array.from({ length: 5000 }, (_, uid) => ({ uid, hotkey: `5${uid}`.repeat(8) })));

/** What a server does all day: it reads and writes messages. */
function work(): number {
  return JSON.stringify(JSON.parse(text)).length;
}

/** How many times as long as there work takes here just now; 1 where it does not take longer. */
export function pace(): number {
  const taken = Array.from({ length: times }, () => {
    const start = performance.now();
    work();
    return performance.now() - start;
  });
  return Math.max(1, median(taken) / reference);
}
