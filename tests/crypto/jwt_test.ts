import { assertEquals } from "@std/assert";
import { createHmac } from "node:crypto";
import { isJwtKey, readJwt, signJwt } from "../../lib/crypto/mod.ts";

const key = "0123456789abcdef0123456789abcdef";
const claims = { channel: "user:7", exp: 1_795_248_000, sub: "ada" };

const part = (value: unknown) =>
  btoa(JSON.stringify(value)).replaceAll("=", "").replaceAll("+", "-").replaceAll("/", "_");

/** A token by another implementation. */
function foreign(header: object, content: object, hash = "sha256"): string {
  const text = `${part(header)}.${part(content)}`;
  return `${text}.${createHmac(hash, key).update(text).digest("base64url")}`;
}

Deno.test("a token says what was signed, whoever made it", () => {
  assertEquals(readJwt(signJwt(claims, key), [key]), claims);
  assertEquals(readJwt(foreign({ alg: "HS256", typ: "JWT" }, claims), [key]), claims);
  assertEquals(signJwt(claims, key), foreign({ alg: "HS256", typ: "JWT" }, claims));
});

Deno.test("any of several keys may have signed, no other", () => {
  const other = "x".repeat(32);
  assertEquals(readJwt(signJwt(claims, key), [other, key]), claims);
  assertEquals(readJwt(signJwt(claims, key), [other]), undefined);
  assertEquals(readJwt(signJwt(claims, key), []), undefined);
});

Deno.test("a token that was changed anywhere is none", () => {
  const token = signJwt(claims, key);
  for (let at = 0; at < token.length; at += 1) {
    const changed = token.slice(0, at) + (token[at] === "A" ? "B" : "A") + token.slice(at + 1);
    assertEquals(readJwt(changed, [key]), undefined, `changed at ${at}`);
  }
  for (
    const wrong of [`${token}.`, token.slice(0, -1), `${token}A`, ` ${token}`, token.replace(/\.[^.]*$/, ".")]
  ) {
    assertEquals(readJwt(wrong, [key]), undefined, wrong);
  }
});

Deno.test("another algorithm than HS256 is none, nor is none", () => {
  assertEquals(readJwt(foreign({ alg: "none" }, claims), [key]), undefined);
  assertEquals(readJwt(`${part({ alg: "none" })}.${part(claims)}.`, [key]), undefined);
  assertEquals(readJwt(foreign({ alg: "HS512" }, claims, "sha512"), [key]), undefined);
  assertEquals(readJwt(foreign({ alg: "HS256", crit: ["exp"] }, claims), [key]), undefined);
});

Deno.test("what is no token is none", () => {
  for (
    const text of ["", ".", "..", "a.b", "a.b.c", "é.é.é", "x".repeat(5000), foreign({ alg: "HS256" }, [1])]
  ) {
    assertEquals(readJwt(text, [key]), undefined, text.slice(0, 20));
  }
});

Deno.test("a key has at least 32 visible characters", () => {
  assertEquals([isJwtKey(key), isJwtKey(key.slice(1)), isJwtKey(`${key} `)], [true, false, false]);
});
