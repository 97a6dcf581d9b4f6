import { assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { defaultConfig } from "../../lib/config/mod.ts";
import { configureLogging, escapeControls, flushLogs, logger, loggingTo } from "../../lib/telemetry/mod.ts";
import { type LoggingOptions, resetLogging } from "../../lib/telemetry/logging.ts";
import { FakeClock } from "../helpers/fake_clock.ts";

/** Logging into a list of writes; ends with the scope. */
function capture(options: Partial<LoggingOptions> = {}): { readonly writes: string[] } & Disposable {
  const writes: string[] = [];
  configureLogging({
    level: "INFO",
    websocketLevel: "INFO",
    format: "json",
    write: (text) => void writes.push(text),
    clock: new FakeClock(),
    ...options,
  });
  return { writes, [Symbol.dispose]: resetLogging };
}

function onlyLine(writes: readonly string[]): string {
  flushLogs();
  const lines = writes.join("").split("\n");
  assertEquals(lines.length, 2);
  return lines[0] ?? "";
}

Deno.test("a JSON line holds time, level, category, message and the properties", () => {
  using captured = capture();
  logger("validator").info("Stored {count} games", { count: 3, league: "NBA" });
  const { time, ...rest } = JSON.parse(onlyLine(captured.writes));
  assertMatch(time, /^\d{4}-\d\d-\d\dT[\d:.]+Z$/);
  assertEquals(rest, {
    level: "INFO",
    category: "validator",
    message: "Stored 3 games",
    count: 3,
    league: "NBA",
  });
});

Deno.test("braces that are doubled stand for themselves", () => {
  using captured = capture();
  logger("client").info("took {{count}} of {count}", { count: 3 });
  assertEquals(JSON.parse(onlyLine(captured.writes)).message, "took {count} of 3");
});

Deno.test("a property cannot take the place of the time or the message", () => {
  using captured = capture();
  logger("validator").info("real", { message: "forged", level: "ERROR" });
  const line = JSON.parse(onlyLine(captured.writes));
  assertEquals([line.message, line.level, line.message_, line.level_], ["real", "INFO", "forged", "ERROR"]);
});

Deno.test("a line leaves out what has no value", () => {
  for (const format of ["json", "pretty"] as const) {
    using captured = capture({ format });
    logger("hub").info("Dropped", { id: "c1", peer: undefined, detail: undefined });
    assertEquals(/undefined|peer|detail/.test(onlyLine(captured.writes)), false);
  }
});

Deno.test("a pretty line shows what the message does not", () => {
  using captured = capture({ format: "pretty" });
  logger("hub").info("Dropped {id}", { id: "c1", reason: "too slow", bytes: 12n, at: "10.0.0.1:80" });
  assertMatch(
    onlyLine(captured.writes),
    /^\S+Z INFO {4}hub {8}Dropped c1 reason="too slow" bytes=12 at=10\.0\.0\.1:80$/,
  );
});

Deno.test("colours are used only where asked for", () => {
  using captured = capture({ format: "pretty", colors: true });
  logger("hub").info("hello");
  assertStringIncludes(onlyLine(captured.writes), "\x1b[32mINFO   \x1b[0m");
});

for (const format of ["json", "pretty"] as const) {
  Deno.test(`logged values cannot forge lines or steer a terminal (${format})`, () => {
    using captured = capture({ format });
    const evil = "a\r\n2026 ERROR forged\x1b[2J\u009b31m\u202e\u2028\u0000\ud800";
    logger("hub").info("From {who}", { who: evil, [evil]: evil, deep: { [evil]: [evil] } });
    assertEquals(/[\p{Cc}\p{Cf}\p{Zl}\p{Cs}]/u.test(onlyLine(captured.writes)), false);
  });

  Deno.test(`secrets are masked in message and properties (${format})`, () => {
    using captured = capture({ format });
    logger("hub").info("Key {apiKey} came", {
      apiKey: "hunter2",
      nested: { token: "hunter2" },
      signature: "ab12",
    });
    const line = onlyLine(captured.writes);
    assertEquals(line.includes("hunter2"), false);
    assertStringIncludes(line, "Key *** came");
    assertStringIncludes(line, "ab12");
  });
}

Deno.test("an escaped JSON line reads back as what was logged", () => {
  using captured = capture();
  const text = "tab\t \u202e \u{e0001} \u2028";
  logger("hub").info("text", { text });
  assertEquals(JSON.parse(onlyLine(captured.writes)).text, text);
});

Deno.test("an error is shown with its cause, and its stack below in the pretty format", () => {
  using captured = capture({ format: "pretty" });
  logger("hub").error("Handler failed", { error: new TypeError("bad\nframe", { cause: new Error("deep") }) });
  const [head, ...stack] = captured.writes.join("").trimEnd().split("\n");
  assertStringIncludes(head ?? "", 'error="TypeError: bad\\nframe, caused by Error: deep"');
  assertEquals(stack.length > 0 && stack.every((line) => line.startsWith("      at ")), true);
});

Deno.test("the websocket category has a level of its own, above or below the others", () => {
  using captured = capture({ level: "WARNING", websocketLevel: "TRACE" });
  logger("websocket").trace("frame");
  logger("hub").info("hidden");
  assertEquals(JSON.parse(onlyLine(captured.writes)).message, "frame");

  using louder = capture({ level: "DEBUG", websocketLevel: "ERROR" });
  logger("websocket").warning("hidden");
  logger("hub").debug("shown");
  assertEquals(JSON.parse(onlyLine(louder.writes)).message, "shown");
});

Deno.test("lines are written together after 100 ms", async () => {
  const clock = new FakeClock();
  using captured = capture({ clock });
  for (let i = 0; i < 10; i++) logger("hub").info("line");
  await clock.advance(99);
  assertEquals(captured.writes.length, 0);
  await clock.advance(1);
  assertEquals(captured.writes.map((text) => text.split("\n").length - 1), [10]);
  assertEquals(clock.pending, 0);
});

Deno.test("lines are written without waiting once 16 KiB are there", () => {
  using captured = capture();
  for (let i = 0; i < 400; i++) logger("hub").info("x".repeat(100));
  assertEquals(captured.writes.length > 1, true);
  assertEquals(captured.writes.every((text) => text.length < 17 * 1024), true);
});

Deno.test("a warning is written at once, after what came before it", () => {
  using captured = capture();
  logger("hub").info("first");
  logger("hub").warning("second");
  const messages = captured.writes.join("").trimEnd().split("\n").map((line) => JSON.parse(line).message);
  assertEquals(messages, ["first", "second"]);
});

Deno.test("a failing write does not reach the caller, and the loss is told later", () => {
  const writes: string[] = [];
  let broken = true;
  using _captured = capture({
    write: (text) => {
      if (broken) throw new Deno.errors.BrokenPipe("gone");
      writes.push(text);
    },
  });
  logger("hub").info("lost");
  logger("hub").error("lost too");
  broken = false;
  logger("hub").error("written");
  const lines = writes.join("").trimEnd().split("\n").map((line) => JSON.parse(line));
  assertEquals(lines.map(({ message }) => message), ["written", "Log lines could not be written"]);
  assertEquals(lines[1].lost, 2);
});

Deno.test("configureLogging() and resetLogging() flush what was there before", () => {
  using first = capture();
  logger("hub").info("to the first");
  using second = capture();
  assertEquals(first.writes.length, 1);
  logger("hub").info("to the second");
  resetLogging();
  assertEquals(second.writes.length, 1);
  logger("hub").error("to nobody");
  flushLogs();
  assertEquals([first.writes.length, second.writes.length], [1, 1]);
});

Deno.test("loggingTo() is pretty on a terminal, else JSON, unless the configuration says which", () => {
  const stream = (terminal: boolean) => ({
    isTerminal: () => terminal,
    writeSync: (bytes: Uint8Array) => bytes.length,
  });
  assertEquals(loggingTo(stream(true), defaultConfig()).format, "pretty");
  assertEquals(loggingTo(stream(false), defaultConfig()).format, "json");
  assertEquals(loggingTo(stream(false), defaultConfig({ "log.format": "pretty" })).format, "pretty");
  assertEquals(loggingTo(stream(false), defaultConfig({ "log.format": "pretty" })).colors, false);
});

Deno.test("loggingTo() writes on where a stream takes only a part", () => {
  const taken: number[] = [];
  const stream = {
    isTerminal: () => false,
    writeSync: (bytes: Uint8Array) => {
      taken.push(...bytes.subarray(0, 3));
      return Math.min(3, bytes.length);
    },
  };
  loggingTo(stream, defaultConfig()).write("ten bytes\n");
  assertEquals(new TextDecoder().decode(new Uint8Array(taken)), "ten bytes\n");
});

Deno.test("escapeControls() leaves text in any language as it is", () => {
  for (const text of ["plain", "Zürich 東京 مرحبا", "👍"]) assertEquals(escapeControls(text), text);
});
