import { assertEquals, assertStringIncludes } from "@std/assert";
import { runConfig } from "../../lib/cli/config.ts";
import { defaultConfig, describeSettings, loadConfig } from "../../lib/config/mod.ts";

interface Outcome {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

async function heliographConfig(
  args: string[],
  env: Record<string, string> = {},
  file = "",
): Promise<Outcome> {
  const written = { out: "", err: "" };
  const stdio = {
    input: new ReadableStream<Uint8Array>(),
    print: (text: string) => Promise.resolve(void (written.out += text)),
    complain: (text: string) => Promise.resolve(void (written.err += text)),
  };
  const code = await runConfig(args, { env, readFile: () => file }, stdio);
  return { code, ...written };
}

Deno.test("config print shows every value with where it comes from, secrets masked", async () => {
  const { code, out } = await heliographConfig(["print", "--port=1"], {
    HELIOGRAPH_ADMIN_TOKEN: "correct-horse-battery",
  });
  const rows = out.trimEnd().split("\n").map((line) => line.split(/ {2,}/));
  assertEquals(code, 0);
  assertEquals(rows.length, describeSettings().length);
  assertEquals(rows.find(([name]) => name === "port"), ["port", "1", "flag --port"]);
  assertEquals(rows.find(([name]) => name === "admin_token"), [
    "admin_token",
    "***",
    "variable HELIOGRAPH_ADMIN_TOKEN",
  ]);
  assertEquals(rows.find(([name]) => name === "region"), ["region", "-", "default"]);
});

Deno.test("config print aligns its columns", async () => {
  const { out } = await heliographConfig(["print"]);
  const columns = out.trimEnd().split("\n").map((line) => line.indexOf("  default"));
  assertEquals(new Set(columns).size, 1);
});

Deno.test("config print --json gives values in their unit and masks secrets", async () => {
  const { out } = await heliographConfig(
    ["print", "--json", "--config=h.yaml"],
    {},
    "admin_token: correct-horse-battery",
  );
  const printed = JSON.parse(out);
  assertEquals(printed["websocket.max_queue"], { value: 1024 * 1024, source: "default" });
  assertEquals(printed.admin_token, { value: "***", source: "key admin_token in h.yaml" });
  assertEquals(printed.region, { value: null, source: "default" });
});

Deno.test("config print shows of the webhook what is no secret, as a table and as JSON", async () => {
  const env = { HELIOGRAPH_ALERTS_WEBHOOK: "https://hooks.example/T0/secret" };
  for (const args of [["print"], ["print", "--json"]]) {
    const { out } = await heliographConfig(args, env);
    assertStringIncludes(out, "https://hooks.example/***");
    assertEquals(out.includes("T0"), false);
  }
});

Deno.test("config check answers with 0, or with 1 and one line", async () => {
  assertEquals(await heliographConfig(["check", "--port=0"]), {
    code: 0,
    out: "configuration is valid\n",
    err: "",
  });
  assertEquals(await heliographConfig(["check", "--prot=0"]), {
    code: 1,
    out: "",
    err: "Unknown flag --prot: did you mean --port?\n",
  });
});

Deno.test("config example is a file that gives the defaults", async () => {
  const { code, out } = await heliographConfig(["example"]);
  const { config } = loadConfig({ flags: ["--config=h.yaml"], env: {}, readFile: () => out });
  assertEquals(code, 0);
  assertEquals(config, defaultConfig());
});

Deno.test("config example shows every setting with its doc", async () => {
  const { out } = await heliographConfig(["example"]);
  for (const { name, doc } of describeSettings()) {
    assertStringIncludes(out, `# ${doc}`);
    assertEquals(out.split("\n").filter((line) => line.replace(/^# /, "").startsWith(`${name}: `)).length, 1);
  }
});

Deno.test("config example with every line in use needs only its secrets changed", async () => {
  const { out } = await heliographConfig(["example"]);
  const file = out.replace(/^# ([a-z_.]+: \S+)$/gm, "$1").replaceAll(
    "CHANGE-ME",
    "correct-horse-battery-staple-and-more",
  );
  assertEquals((await heliographConfig(["check", "--config=h.yaml"], {}, file)).err, "");
});

Deno.test("config print ends with 2, as serve does, where the command line cannot be used", async () => {
  for (const flag of ["--port", "--prot=1", "--port=x"]) {
    const { code, out } = await heliographConfig(["print", flag]);
    assertEquals([flag, code, out], [flag, 2, ""]);
  }
});

Deno.test("config without a known action answers with 2 and its usage, with --help 0", async () => {
  const { code, err } = await heliographConfig(["explode"]);
  assertEquals(code, 2);
  assertStringIncludes(
    err,
    'Expected an action: print, check, example. "deno task heliograph config --help"',
  );
  assertEquals((await heliographConfig([])).code, 2);
  assertStringIncludes((await heliographConfig(["--help"])).out, "Usage: heliograph config");
});
