import { assertEquals } from "@std/assert";
import { configureLogging, logger, Throttle } from "../../lib/telemetry/mod.ts";
import { resetLogging } from "../../lib/telemetry/logging.ts";
import { FakeClock } from "../helpers/fake_clock.ts";

interface Line {
  readonly message: string;
  readonly suppressed?: number;
}

function captureLines(): { readonly lines: Line[] } & Disposable {
  const lines: Line[] = [];
  const write = (text: string) =>
    void lines.push(...text.trimEnd().split("\n").map((line) => JSON.parse(line)));
  configureLogging({ level: "INFO", websocketLevel: "INFO", format: "json", write, clock: new FakeClock() });
  return { lines, [Symbol.dispose]: resetLogging };
}

Deno.test("Throttle logs a warning once per interval, with the number of those suppressed before", async () => {
  using captured = captureLines();
  const clock = new FakeClock();
  const throttle = new Throttle({ clock, intervalMs: 1000 });
  for (let i = 0; i < 5; i++) throttle.warn(logger("hub"), "slow", "Slow consumer {i}", { i });
  await clock.advance(999);
  throttle.warn(logger("hub"), "slow", "Slow consumer {i}", { i: 5 });
  await clock.advance(1);
  throttle.warn(logger("hub"), "slow", "Slow consumer {i}", { i: 6 });
  assertEquals(
    captured.lines.map(({ message, suppressed }) => [message, suppressed]),
    [["Slow consumer 0", undefined], ["Slow consumer 6", 5]],
  );
});

Deno.test("Throttle counts each id on its own", () => {
  using captured = captureLines();
  const throttle = new Throttle({ clock: new FakeClock() });
  for (const id of ["a", "b", "a", "b"]) throttle.warn(logger("hub"), id, id);
  assertEquals(captured.lines.map(({ message }) => message), ["a", "b"]);
});

Deno.test("Throttle forgets the oldest of too many ids", () => {
  using captured = captureLines();
  const throttle = new Throttle({ clock: new FakeClock() });
  for (let id = 0; id <= 1000; id++) throttle.warn(logger("hub"), String(id), String(id));
  throttle.warn(logger("hub"), "1000", "still known");
  throttle.warn(logger("hub"), "0", "forgotten");
  assertEquals(captured.lines.length, 1002);
  assertEquals(captured.lines.at(-1)?.message, "forgotten");
});
