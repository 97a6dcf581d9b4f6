import { assertEquals, assertThrows } from "@std/assert";
import { type Config, ConfigError, loadConfig } from "../../lib/config/mod.ts";

function fromFile(content: string): Config {
  return loadConfig({ flags: ["--config=h.yaml"], env: {}, readFile: () => content }).config;
}

function refusal(content: string): string {
  return assertThrows(() => fromFile(content), ConfigError).message;
}

Deno.test("keys are nested or dotted", () => {
  const nested = fromFile("websocket:\n  max_queue: 512KiB\n  enabled: False\n");
  const dotted = fromFile("websocket.max_queue: 524288\nwebsocket.enabled: 0\n");
  assertEquals(nested, dotted);
  assertEquals(nested["websocket.max_queue"], 512 * 1024);
});

Deno.test("a name may be that of a setting and of a section", () => {
  const nested = fromFile("store:\n  min_free: 1GiB\n");
  assertEquals([nested.store, nested["store.min_free"]], ["data/heliograph.db", 2 ** 30]);
  const dotted = fromFile("store: a.db\nstore.min_free: 1GiB\n");
  assertEquals([dotted.store, dotted["store.min_free"]], ["a.db", 2 ** 30]);
});

Deno.test("a list may be a YAML list", () => {
  const config = fromFile(
    "websocket:\n  allowed_origins:\n    - https://a.example\n    - https://b.example\n",
  );
  assertEquals(config["websocket.allowed_origins"], ["https://a.example", "https://b.example"]);
});

Deno.test("empty files, sections and keys set nothing", () => {
  const defaults = fromFile("");
  for (const content of ["# nothing\n", "websocket:\n", "metagraph:\nlog: {level: }\n", "{}"]) {
    assertEquals(fromFile(content), defaults);
  }
});

Deno.test("unknown and unusable keys are refused with their full name", () => {
  assertEquals(refusal("prot: 1"), "Unknown key prot in h.yaml: did you mean port?");
  assertEquals(
    refusal("websocket: {heartbeat: 1}"),
    'Unknown key websocket.heartbeat in h.yaml: "heliograph config example" shows all settings',
  );
  assertEquals(
    refusal("log: {level: loud}"),
    'Invalid log.level: key log.level in h.yaml is "loud", expected TRACE, DEBUG, INFO, WARNING or ERROR',
  );
  assertEquals(
    refusal("websocket: True"),
    "key websocket in h.yaml is not a section: expected keys in it, such as websocket.enabled",
  );
  assertEquals(
    refusal("port: [1]"),
    "Invalid port: key port in h.yaml is a list, expected a whole number from 0 to 65535",
  );
  assertEquals(refusal("log: {level: INFO}\nlog.level: DEBUG"), "key log.level in h.yaml is given twice");
  assertEquals(refusal("- port"), 'Cannot use h.yaml: expected settings as "name: value"');
});

Deno.test("a syntax error is told in one line that quotes nothing of the file", () => {
  const message = refusal("admin_token: correct-horse-battery-staple\n  port: 1\n");
  assertEquals(message.startsWith("Cannot parse h.yaml as YAML: "), true);
  assertEquals(/\n|horse/.test(message), false);
});

Deno.test("a file that cannot be read is refused by its name and who named it", () => {
  const readFile = () => {
    throw new Deno.errors.NotFound("No such file or directory");
  };
  assertThrows(
    () => loadConfig({ flags: [], env: { HELIOGRAPH_CONFIG: "/etc/h.yaml" }, readFile }),
    ConfigError,
    "variable HELIOGRAPH_CONFIG: cannot read /etc/h.yaml: No such file or directory",
  );
});
