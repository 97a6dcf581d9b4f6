import { assertEquals, assertThrows } from "@std/assert";
import {
  ConfigError,
  type ConfigSources,
  defaultConfig,
  loadConfig,
  type LoadedConfig,
} from "../../lib/config/mod.ts";

function load(sources: Partial<ConfigSources>): LoadedConfig {
  return loadConfig({ flags: [], env: {}, readFile: () => "", ...sources });
}

function assertRefused(sources: Partial<ConfigSources>, message: string): void {
  assertEquals(assertThrows(() => load(sources), ConfigError).message, message);
}

Deno.test("loadConfig() without sources gives the defaults", () => {
  const { config, origins } = load({});
  assertEquals(config.host, "127.0.0.1");
  assertEquals(config.port, 10401);
  assertEquals(config["websocket.heartbeat_interval"], 60);
  assertEquals(config["websocket.max_message_size"], 1024 * 1024);
  assertEquals(config["tls.cert"], undefined);
  assertEquals(config["crypto.workers"] >= 1, true);
  assertEquals(new Set(Object.values(origins)), new Set(["default"]));
});

Deno.test("flags win over variables, variables over the file, the file over defaults", () => {
  const { config, origins } = load({
    flags: ["--port=1", "--config=/etc/h.yaml"],
    env: { HELIOGRAPH_PORT: "2", HELIOGRAPH_HOST: "::1" },
    readFile: () => "port: 3\nhost: 0.0.0.0\nregion: eu",
  });
  assertEquals([config.port, config.host, config.region, config.store], [
    1,
    "::1",
    "eu",
    "data/heliograph.db",
  ]);
  assertEquals(
    [origins.port, origins.host, origins.region, origins.store],
    ["flag --port", "variable HELIOGRAPH_HOST", "key region in /etc/h.yaml", "default"],
  );
});

Deno.test("flags take their value after = or as the next argument, booleans also none", () => {
  const flags = [
    "--websocket.enabled",
    "--port",
    "0",
    "--store=a=b",
    "--inscriptions.allow_private_urls",
    "True",
  ];
  const { config } = load({ flags });
  assertEquals(config["websocket.enabled"], true);
  assertEquals(config.port, 0);
  assertEquals(config.store, "a=b");
  assertEquals(config["inscriptions.allow_private_urls"], true);
});

Deno.test("a setting's other name is taken for it everywhere, but not beside it", () => {
  const readFile = () => "kv: /from/file.db";
  assertEquals(load({ flags: ["--kv=a.db"] }).config.store, "a.db");
  assertEquals(load({ flags: ["--kv=a.db"] }).origins.store, "flag --kv");
  assertEquals(load({ env: { HELIOGRAPH_KV: "b.db" } }).config.store, "b.db");
  assertEquals(load({ flags: ["--config=h.yaml"], readFile }).config.store, "/from/file.db");
  assertRefused({ flags: ["--kv=a", "--store=b"] }, "Flag --store is given twice");
  assertRefused(
    { env: { HELIOGRAPH_KV: "a", HELIOGRAPH_STORE: "b" } },
    "variable HELIOGRAPH_KV and variable HELIOGRAPH_STORE are the same: set one of them",
  );
});

Deno.test("the file is named by flag or by variable, and the flag wins", () => {
  const readFile = (path: string) => path === "/flag.yaml" ? "port: 1" : "port: 2";
  const env = { HELIOGRAPH_CONFIG: "/variable.yaml" };
  assertEquals(load({ env, readFile }).config.port, 2);
  assertEquals(load({ env, readFile, flags: ["--config", "/flag.yaml"] }).config.port, 1);
});

Deno.test("an empty variable counts as not set, and those of other subcommands are ignored", () => {
  const env = {
    HELIOGRAPH_PORT: "",
    HELIOGRAPH_MINER_WEBSOCKET_ENABLED: "?",
    HELIOGRAPH_API_KEY: "k",
    HELIOGRAPH_BINARY: "dist/heliograph",
    HOME: "/root",
  };
  assertEquals(load({ env }).origins.port, "default");
});

Deno.test("refusals say in one line what is wrong, where, and what is expected", () => {
  const rows: [string[], string][] = [
    [["--port=70000"], 'Invalid port: flag --port is "70000", expected a whole number from 0 to 65535'],
    [
      ["--log.level=a\nb"],
      'Invalid log.level: flag --log.level is "a\\u{a}b", expected TRACE, DEBUG, INFO, WARNING or ERROR',
    ],
    [
      ["--websocket.enabled=maybe"],
      'Invalid websocket.enabled: flag --websocket.enabled is "maybe", expected True or False',
    ],
    [["--prot=1"], "Unknown flag --prot: did you mean --port?"],
    [["--websocket_enabled"], "Unknown flag --websocket_enabled: did you mean --websocket.enabled?"],
    [["--quux=1"], 'Unknown flag --quux: "heliograph config example" shows all settings'],
    [["serve"], 'Unexpected argument "serve": expected --name=value'],
    [["-p", "1"], 'Unexpected argument "-p": expected --name=value'],
    [["--port"], "Flag --port has no value: expected --port=N"],
    [["--store", "--port=1"], "Flag --store has no value: expected --store=FILE|URL"],
    [["--port=1", "--port=1"], "Flag --port is given twice"],
    [
      ["--store="],
      'Invalid store: flag --store is "", expected a path, :memory:, a postgres:// URL or an https:// KV Connect URL',
    ],
  ];
  for (const [flags, message] of rows) assertRefused({ flags }, message);
});

Deno.test("an unknown or unusable variable is refused by its name", () => {
  assertRefused(
    { env: { HELIOGRAPH_LOGLEVEL: "INFO" } },
    "Unknown variable HELIOGRAPH_LOGLEVEL: did you mean HELIOGRAPH_LOG_LEVEL?",
  );
  assertRefused(
    { env: { HELIOGRAPH_HISTORY_TTL: "0" } },
    'Invalid history.ttl: variable HELIOGRAPH_HISTORY_TTL is "0", expected a number above 0 and up to 2000000 (s)',
  );
});

Deno.test("the admin token is no flag, and never shown", () => {
  const notAFlag = "admin_token is not a flag, since flags show in the list of processes: " +
    "set variable HELIOGRAPH_ADMIN_TOKEN or the key in the file";
  assertRefused({ flags: ["--admin_token=correct-horse-battery"] }, notAFlag);
  assertRefused(
    { flags: ["--admintoken=x"] },
    "Unknown flag --admintoken: did you mean variable HELIOGRAPH_ADMIN_TOKEN?",
  );
  assertRefused(
    { env: { HELIOGRAPH_ADMIN_TOKEN: "too-short" } },
    "Invalid admin_token: variable HELIOGRAPH_ADMIN_TOKEN is ***, expected at least 16 visible ASCII characters",
  );
});

Deno.test("passwords in URLs are masked in refusals", () => {
  const { message } = assertThrows(() => load({ flags: ["--public_url=ftp://user:pass@node"] }), ConfigError);
  assertEquals(message.includes('"ftp://***@node"'), true);
});

Deno.test("a certificate needs its key", () => {
  const flags = ["--tls.cert=cert.pem"];
  assertRefused(
    { flags },
    "Invalid tls.cert: flag --tls.cert is set without tls.key, expected both or neither",
  );
  assertEquals(load({ flags, env: { HELIOGRAPH_TLS_KEY: "key.pem" } }).config["tls.key"], "key.pem");
});

Deno.test("the connection timeout must exceed the heartbeat interval, whichever of them is set", () => {
  assertRefused(
    { flags: ["--websocket.heartbeat_interval=300"] },
    "Invalid websocket.connection_timeout: 300 s (default), expected more than websocket.heartbeat_interval, " +
      "which is 300 s (flag --websocket.heartbeat_interval)",
  );
});

Deno.test("defaultConfig() takes overrides, checks them, and cannot be changed afterwards", () => {
  const config = defaultConfig({ port: 0, "websocket.allowed_origins": ["https://a.example"] });
  assertEquals(config.port, 0);
  assertEquals(config["websocket.allowed_origins"], ["https://a.example"]);
  assertEquals(Object.isFrozen(config), true);
  assertThrows(() => defaultConfig({ port: -1 }), ConfigError, "the given value is -1");
});
