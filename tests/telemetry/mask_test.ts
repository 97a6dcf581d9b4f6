import { assertEquals } from "@std/assert";
import { isSecretName } from "../../lib/telemetry/mod.ts";
import { mask } from "../../lib/telemetry/mask.ts";

Deno.test("isSecretName() knows secrets however they are spelled, and what is public", () => {
  const secret = [
    "seed",
    "token",
    "admin_token",
    "Authorization",
    "apiKey",
    "x-api-key",
    "key",
    "client.secret",
    "password",
    "mnemonic",
    "secretPhrase",
    "secretSeed",
    "pass-phrase",
    "privateKey",
    "set-cookie",
  ];
  const open = [
    "signature",
    "publicKey",
    "hotkey",
    "nonce",
    "tokens",
    "keys",
    "validator_key",
    "monkey",
    "address",
  ];
  assertEquals(secret.filter((name) => !isSecretName(name)), []);
  assertEquals(open.filter(isSecretName), []);
});

Deno.test("mask() hides members named like secrets at any depth", () => {
  const value = {
    apiKey: "a",
    signature: "b",
    inner: [{ seed: "c", ok: 1 }],
    map: new Map([["token", "d"]]),
  };
  assertEquals(mask(value), {
    apiKey: "***",
    signature: "b",
    inner: [{ seed: "***", ok: 1 }],
    map: { token: "***" },
  });
});

Deno.test("mask() hides secrets in frames and other JSON text", () => {
  assertEquals(mask('40{"apiKey":"a\\"b","x":"y"}'), '40{"apiKey":"***","x":"y"}');
  assertEquals(mask('{"x-api-key" : "cut off'), '{"x-api-key" : "***"');
  assertEquals(mask('{"mnemonic": "bottom drive obey lake"}'), '{"mnemonic": "***"}');
  assertEquals(mask('{"secretPhrase":["bottom","drive"],"x":1}'), '{"secretPhrase":"***","x":1}');
  assertEquals(mask('{"secretSeed":"0xfac7","private_key":"1"}'), '{"secretSeed":"***","private_key":"***"}');
  assertEquals(mask('say "key" and "token"'), 'say "key" and "token"');
});

Deno.test("mask() hides the tokens that a stream client shows, one or several", () => {
  for (const shown of ['"token":"eyJh.eyJj.c2ln"', '"tokens":["eyJh.eyJj.c2ln","eyJh.eyJj.c2ln"]']) {
    const text = String(mask(`{"type":"subscribe","streams":["user:ada"],${shown}}`));
    assertEquals([text.includes("eyJ"), text.includes("user:ada")], [false, true], text);
  }
});

Deno.test("mask() makes plain data of everything, without showing bytes", () => {
  const value = {
    bytes: new Uint8Array(32),
    at: new Date(0),
    big: 2n ** 64n,
    work: () => {},
    none: null,
    set: new Set([1]),
  };
  assertEquals(mask(value), {
    bytes: "<32 bytes>",
    at: "1970-01-01T00:00:00.000Z",
    big: "18446744073709551616",
    work: "<function>",
    none: null,
    set: [1],
  });
});

Deno.test("mask() keeps name, message and cause of errors", () => {
  const { name, message, cause } = mask(new TypeError("outer", { cause: new Error("inner") })) as {
    name: string;
    message: string;
    cause: { message: string };
  };
  assertEquals([name, message, cause.message], ["TypeError", "outer", "inner"]);
});

Deno.test("mask() bounds depth, length and cycles", () => {
  const cycle: { self?: unknown } = {};
  cycle.self = cycle;
  assertEquals(JSON.stringify(mask(cycle)).includes('"..."'), true);
  assertEquals(String(mask("x".repeat(100_000))).length < 9000, true);
  assertEquals((mask(Array.from({ length: 1000 }, () => 1)) as unknown[]).length, 100);
});
