import { assertEquals, assertThrows } from "@std/assert";
import {
  ConfigError,
  defaultConfig,
  describeSettings,
  loadConfig,
  settings,
  showSetting,
} from "../../lib/config/mod.ts";

Deno.test("describeSettings() gives every setting its own variable, and a flag unless it is secret", () => {
  const described = describeSettings();
  assertEquals(
    described.map(({ name }) => name),
    Object.keys(settings) as typeof described[number]["name"][],
  );
  assertEquals(new Set(described.map(({ variable }) => variable)).size, described.length);
  assertEquals(described.filter(({ flag }) => flag === undefined).map(({ name }) => name), [
    "streams.token_key",
    "admin_token",
  ]);
});

Deno.test("every documented default is the one that applies", () => {
  for (const { name, example, exampleIsDefault } of describeSettings()) {
    if (exampleIsDefault) assertEquals(example, showSetting(defaultConfig(), name));
  }
});

Deno.test("every documented example can be used, except the one that must be changed", () => {
  for (const { flag, example, allowed } of describeSettings()) {
    if (flag === undefined || flag.startsWith("--tls.")) continue;
    const flags = [`${flag}=${example}`];
    // Without which some settings are of no use.
    const env = { HELIOGRAPH_STREAMS_TOKEN_KEY: "k".repeat(32) };
    assertEquals(loadConfig({ flags, env, readFile: () => "" }).config !== undefined, true, allowed);
  }
});

Deno.test("every doc is a sentence", () => {
  for (const { doc } of describeSettings()) assertEquals(/^[A-Z].*\.$/.test(doc), true, doc);
});

Deno.test("showSetting() masks secrets and passwords, and shows sizes in their unit", () => {
  const config = defaultConfig({
    admin_token: "correct-horse-battery",
    store: "postgres://user:pass@db.example/heliograph",
    "history.max_bytes": 3 * 2 ** 20,
  });
  assertEquals(showSetting(config, "admin_token"), "***");
  assertEquals(showSetting(config, "store"), "postgres://***@db.example/heliograph");
  assertEquals(showSetting(config, "history.max_bytes"), "3MiB");
  assertEquals(showSetting(config, "region"), undefined);
});

Deno.test("of the node only scheme, host and port are shown, since hosted ones have keys in their paths", () => {
  const shown = (url: string) => showSetting(defaultConfig({ rpc_url: url }), "rpc_url");
  assertEquals(shown("https://user:pass@node.example/v3/secret"), "https://node.example/***");
  assertEquals(shown("http://127.0.0.1:9933"), "http://127.0.0.1:9933");
  assertEquals(shown("sim:"), "sim:");
});

Deno.test("of the webhook only scheme, host and port are shown, whatever its path or query has", () => {
  const shown = (url: string) => showSetting(defaultConfig({ "alerts.webhook": url }), "alerts.webhook");
  assertEquals(shown("https://hooks.example:8443/T0/B0/secret"), "https://hooks.example:8443/***");
  assertEquals(shown("https://hooks.example/?token=secret#secret"), "https://hooks.example/***");
  assertEquals(shown("http://user:secret@hooks.example"), "http://hooks.example/***");
  assertEquals(shown("http://hooks.example/"), "http://hooks.example");
});

Deno.test("a webhook that is none is refused without what it was", () => {
  const env = { HELIOGRAPH_ALERTS_WEBHOOK: "htps://hooks.example/T0/B0/secret" };
  const { message } = assertThrows(() => loadConfig({ flags: [], env, readFile: () => "" }), ConfigError);
  assertEquals([message.includes("http:// or https:// URL"), message.includes("secret")], [true, false]);
});
