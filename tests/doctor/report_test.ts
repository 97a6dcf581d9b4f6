import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { doctor } from "./examine.ts";
import { answering, FakeEndpoint } from "./fake_endpoint.ts";

Deno.test("doctor prints each check on a line, and each finding with cause and fix below", async () => {
  await using endpoint = new FakeEndpoint((call) => call.answer("502 Bad Gateway"));
  const { code, printed } = await doctor([endpoint.url("ws")], { stopwatch: () => 0 });
  assertEquals(code, 1);
  const lines = printed.split("\n");
  const shown = lines.slice(1, 18);
  assertEquals(shown.slice(0, 12), [
    `  heliograph doctor  ws://127.0.0.1:${endpoint.port}/`,
    "",
    "  ✓ name       127.0.0.1 is an address",
    `  ✓ tcp        port ${endpoint.port} accepts after 0.0 ms`,
    "  · tls        the URL asks for none",
    "  ✗ http       502 Bad Gateway",
    "",
    "    │ 502: the proxy gets no answer from its back end  http-bad-gateway",
    "    │ cause  The proxy runs; the gateway behind it is down, listens on another address or port, or",
    "    │        ended the connection.",
    "    │ fix    Start the gateway, and check from the proxy's machine that the address in the proxy's",
    "    │        configuration is right.",
  ]);
  assert(printed.endsWith("\n  1 error. 4 checks in 0.0 ms, 14 skipped.\n\n"));
  assert(!printed.includes("\x1b"));
});

Deno.test("doctor paints, and shows what it is doing, on a terminal only", async () => {
  await using endpoint = new FakeEndpoint(answering());
  const terminal = await doctor([endpoint.url("ws"), "--skip=size"], { columns: () => 80 });
  assertStringIncludes(terminal.printed, "\x1b[32m✓\x1b[39m name");
  assertStringIncludes(terminal.printed, "\r\x1b[K");
  const plain = { columns: () => 80, env: { NO_COLOR: "1" } };
  assert(!(await doctor([endpoint.url("ws"), "--skip=size"], plain)).printed.includes("\x1b[3"));
});

Deno.test("doctor shows what it saw of a finding where the check's own line does not say it", async () => {
  await using endpoint = new FakeEndpoint(async (call) => {
    if (call.path === "/ws") await answering()(call);
    else await call.answer("404 Not Found");
  });
  const { printed } = await doctor([`${endpoint.url("ws")}/other`, "--skip=size"]);
  assertMatch(printed, /│ seen {3}\/other answers 404 Not Found, but \/ws takes an upgrade/);
});

Deno.test("doctor fits its lines into a narrow terminal", async () => {
  await using endpoint = new FakeEndpoint((call) => call.answer("502 Bad Gateway"));
  const { printed } = await doctor([endpoint.url("ws")], { columns: () => 60, env: { NO_COLOR: "1" } });
  const prose = printed.split("\n").filter((line) =>
    /^ {4}│ (?:cause|fix| {6}) /.test(line) && !/ {9}/.test(line)
  );
  assert(prose.length > 2);
  assertEquals(prose.filter((line) => line.length > 60), []);
});

Deno.test("doctor --json prints one object with all that is known of a finding", async () => {
  await using endpoint = new FakeEndpoint((call) => call.answer("502 Bad Gateway"));
  const { printed } = await doctor([
    `${endpoint.url("ws").replace("//", "//user:secret@")}/ws?token=secret`,
    "--json",
  ]);
  const { subject, result, exit_code, checks } = JSON.parse(printed);
  assertEquals([subject, result, exit_code], [`${endpoint.url("ws")}/ws`, "findings", 1]);
  const { findings } = checks.find(({ id }: { id: string }) => id === "http");
  assertEquals(Object.keys(findings[0]), ["id", "severity", "title", "detail", "cause", "fix", "example"]);
});

Deno.test("doctor refuses a command line that it does not understand", async () => {
  const wrong = [
    ["--idle=0"],
    ["--idle=30,soon"],
    ["--skip=tcp"],
    ["--local", "ws://example.org"],
    ["--nonsense"],
    ["ws://one", "ws://two"],
    ["ws://127.0.0.1:1", "--key=/nowhere/at/all"],
  ];
  for (const args of wrong) {
    const { code, printed, complained } = await doctor(args);
    assertEquals([args, code, printed], [args, 2, ""]);
    assert(complained.endsWith("\n"));
  }
});

Deno.test("doctor --help says what it does", async () => {
  const { code, printed } = await doctor(["--help"]);
  assertEquals(code, 0);
  assertStringIncludes(printed, "Usage: heliograph doctor");
});
