import { assertEquals } from "@std/assert";
import { checkTree, type Verdict } from "../../scripts/check_imports.ts";

/** Writes a tree of modules to a temporary folder and checks it. */
async function check(tree: Record<string, string>): Promise<Verdict> {
  const root = await Deno.makeTempDir();
  try {
    for (const [path, text] of Object.entries(tree)) {
      await Deno.mkdir(`${root}/${path}`.replace(/\/[^/]*$/, ""), { recursive: true });
      await Deno.writeTextFile(`${root}/${path}`, text);
    }
    return await checkTree(root);
  } finally {
    await Deno.remove(root, { recursive: true });
  }
}

async function violations(tree: Record<string, string>): Promise<readonly string[]> {
  return (await check(tree)).violations;
}

const above = "a folder imports only from folders above it in the house order";
const entrance = "from another folder only its mod.ts is imported";

Deno.test("a tree that keeps the rules has none broken", async () => {
  const verdict = await check({
    "main.ts": 'import "./routes/mod.ts"; await import("./lib/cli/serve.ts");',
    "lib/protocol/mod.ts": 'export * from "./clock.ts";',
    "lib/hub/hub.ts":
      'import "../protocol/mod.ts"; import "./link.ts"; import { z } from "zod"; import "node:path";',
    "lib/dashboard/page.tsx": 'import "../client/mod.ts";',
    "lib/cli/miner.ts": 'import "../client/mod.ts"; import "../client/kv_outbox.ts"; import "./keys/new.ts";',
    "lib/cli/keys/new.ts":
      'import "../command.ts"; import manifest from "../../../deno.json" with { type: "json" };',
    "routes/health.ts": 'import "../lib/hub/mod.ts"; import "./errors.ts";',
    "scripts/compile.ts": 'import "../lib/protocol/mod.ts";',
    "scripts/bench/main.ts": 'import "../../routes/mod.ts"; import "../../lib/cli/stdio.ts";',
    "lib/cli/doctor.ts": 'import "../doctor/mod.ts";',
    "lib/doctor/mod.ts": 'import "../config/mod.ts";',
    "tests/hub/hub_test.ts":
      'import "../../lib/hub/hub.ts"; import "../../scripts/compile.ts"; import "../../main.ts";',
    "notes/ignored.ts": 'import "../lib/hub/hub.ts";',
  });
  assertEquals(verdict, { files: 12, violations: [] });
});

Deno.test("a folder does not import from below it", async () => {
  assertEquals(await violations({ "lib/hub/hub.ts": '\nimport "../gateway/mod.ts";' }), [
    `lib/hub/hub.ts:2: imports lib/gateway/mod.ts, but ${above}`,
  ]);
});

Deno.test("families do not import each other, and Socket.IO imports none", async () => {
  const found = await violations({
    "lib/streams/a.ts": 'import "../validator/mod.ts";',
    "lib/validator/a.ts": 'import "../streams/mod.ts";',
    "lib/socketio/a.ts": 'import "../inscriptions/mod.ts";',
  });
  assertEquals(found, [
    "lib/socketio/a.ts:1: imports lib/inscriptions/mod.ts, but socketio imports no family",
    "lib/streams/a.ts:1: imports lib/validator/mod.ts, but streams imports no family",
    "lib/validator/a.ts:1: imports lib/streams/mod.ts, but validator imports no family",
  ]);
});

Deno.test("client and dashboard import only what runs in browsers", async () => {
  const found = await violations({
    "lib/client/a.ts": 'import type { Config } from "../config/mod.ts";',
    "lib/dashboard/a.tsx": 'import "../hub/mod.ts";',
  });
  assertEquals(found, [
    "lib/client/a.ts:1: imports lib/config/mod.ts, but client imports only protocol, crypto",
    "lib/dashboard/a.tsx:1: imports lib/hub/mod.ts, but dashboard imports only protocol, crypto, client",
  ]);
});

Deno.test("only the mod.ts of another folder is imported", async () => {
  const found = await violations({
    "lib/hub/a.ts": 'export * from "../protocol/envelope.ts";',
    "lib/gateway/a.ts": 'import "../client/kv_outbox.ts";',
    "main.ts": 'import "./routes/health.ts";',
    "routes/a.ts": 'const hub = await import("../lib/hub/hub.ts");',
  });
  assertEquals(found, [
    `lib/gateway/a.ts:1: imports lib/client/kv_outbox.ts, but ${above}`,
    `lib/hub/a.ts:1: imports lib/protocol/envelope.ts, but ${entrance}`,
    `main.ts:1: imports routes/health.ts, but ${entrance}`,
    `routes/a.ts:1: imports lib/hub/hub.ts, but ${entrance}`,
  ]);
});

Deno.test("lib imports neither routes, scripts, tests nor main.ts, routes no cli", async () => {
  const found = await violations({
    "lib/cli/a.ts":
      'import "../../routes/mod.ts";\nimport "../../scripts/compile.ts";\nimport "../../main.ts";',
    "lib/hub/a.ts": 'import "../../tests/helpers/fake_clock.ts";',
    "routes/a.ts": 'import "../lib/cli/mod.ts";',
  });
  assertEquals(found, [
    "lib/cli/a.ts:1: imports routes/mod.ts, but lib does not import routes",
    "lib/cli/a.ts:2: imports scripts/compile.ts, but lib does not import scripts",
    "lib/cli/a.ts:3: imports main.ts, but lib does not import main.ts",
    "lib/hub/a.ts:1: imports tests/helpers/fake_clock.ts, but lib does not import tests",
    "routes/a.ts:1: imports lib/cli/mod.ts, but routes do not import cli",
  ]);
});

Deno.test("packages are named by the import map alone, also in tests", async () => {
  const found = await violations({
    "tests/a_test.ts": 'import "npm:zod";\nawait import("https://example.org/x.ts");',
  });
  const rule = "but code names packages only as the import map does";
  assertEquals(found, [
    `tests/a_test.ts:1: imports npm:zod, ${rule}`,
    `tests/a_test.ts:2: imports https://example.org/x.ts, ${rule}`,
  ]);
});

Deno.test("a file of lib or routes has at most 400 lines", async () => {
  const found = await violations({
    "lib/hub/long.ts": "\n".repeat(401),
    "lib/hub/fits.ts": "\n".repeat(400),
    "tests/long_test.ts": "\n".repeat(1000),
  });
  assertEquals(found, ["lib/hub/long.ts:1: has 401 lines, but a file of lib or routes has at most 400"]);
});

Deno.test("a folder of lib needs a place in the house order", async () => {
  assertEquals(await violations({ "lib/attic/a.ts": "" }), [
    "lib/attic/a.ts:1: attic has no place in the house order",
  ]);
});
