import { assertEquals, assertThrows } from "@std/assert";
import { type Config, ConfigError, loadConfig, showSetting } from "../../lib/config/mod.ts";

function load(content: string, flags: string[] = [], env: Record<string, string> = {}): Config {
  return loadConfig({ flags: ["--config=h.yaml", ...flags], env, readFile: () => content }).config;
}

function refusal(content: string): string {
  return assertThrows(() => load(content), ConfigError).message;
}

const blocks = `
streams:
  - name: blocks
    period: 5
    method: chain.stats
    params: {depth: 10}
    path: result.0.total
    description: How many there are
    schema: {type: object, properties: {value: {type: integer}}}
streams.look_every: 60
`;

Deno.test("streams of the operator's own stand in the file as a list, beside the settings of all streams", () => {
  const config = load(blocks);
  assertEquals(config["streams.look_every"], 60);
  assertEquals(config.streams, [{
    name: "blocks",
    period: 5,
    method: "chain.stats",
    params: { depth: 10 },
    path: "result.0.total",
    description: "How many there are",
    schema: { type: "object", properties: { value: { type: "integer" } } },
    private: false,
  }]);
});

Deno.test("the same list is taken as JSON from a flag or a variable, which is also how it is shown", () => {
  const config = load(blocks);
  const shown = showSetting(config, "streams") ?? "";
  assertEquals(load("", [`--streams=${shown}`]).streams, config.streams);
  assertEquals(load("", [], { HELIOGRAPH_STREAMS: shown }).streams, config.streams);
});

Deno.test("a stream that cannot be is refused with where and what it is", () => {
  const refused = (stream: string) => refusal(`streams: [{name: ok, period: 1, method: a.b}, {${stream}}]`);
  const begin = "Invalid streams: key streams in h.yaml: ";
  assertEquals(
    refused("name: blocks, period: soon, method: a.b"),
    `${begin}1.period: expected number, received string`,
  );
  assertEquals(refused("name: blocks, period: 1"), `${begin}1.method: expected string, received undefined`);
  assertEquals(refused("name: ok, period: 1, method: a.b"), `${begin}1.name: is declared before`);
  assertEquals(
    refused("name: peers, period: 1, method: a.b"),
    `${begin}1.name: expected a name that means nothing else here`,
  );
  assertEquals(
    refused("name: blocks, period: 1, method: a.b, path: a..b"),
    `${begin}1.path: expected names or places with dots between`,
  );
  assertEquals(
    refused("name: blocks, period: 1, method: a.b, schema: {type: nope}"),
    `${begin}1.schema: Cannot check schema: Unsupported type: nope`,
  );
  assertEquals(
    refused("name: blocks, period: 1, method: a.b, methd: x"),
    `${begin}1: Unrecognized key: "methd"`,
  );
  assertEquals(
    refusal("streams: {blocks: {period: 1}}"),
    'Unknown key streams.blocks in h.yaml: "heliograph config example" shows all settings',
  );
  assertEquals(refusal("streams: 5"), `${begin}expected array, received number`);
  const many = Array.from({ length: 33 }, (_, at) => `{name: s${at}, period: 1, method: a.b}`);
  assertEquals(refusal(`streams: [${many}]`), `${begin}Too big: expected array to have <=32 items`);
});

Deno.test("private streams need a key that tokens are checked with", () => {
  assertEquals(
    refusal("streams.private: 'user:'"),
    "Invalid streams.private: key streams.private in h.yaml is set without a key for tokens, " +
      "expected streams.token_key or streams.token_key_file",
  );
  const key = "k".repeat(32);
  const config = load(`streams: {private: ["user:", "team:"], token_key: ${key}}`);
  assertEquals(config["streams.private"], ["user:", "team:"]);
  assertEquals(showSetting(config, "streams.token_key"), "***");
  assertEquals(
    refusal("streams.token_key: short"),
    "Invalid streams.token_key: key streams.token_key in h.yaml is ***, " +
      "expected 32 to 512 visible ASCII characters",
  );
});
