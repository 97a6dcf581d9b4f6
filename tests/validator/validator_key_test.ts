import { assert, assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import type { Config } from "../../lib/gateway/mod.ts";
import { openValidatorKey } from "../../lib/validator/validator_key.ts";
import { temporaryFolder } from "../engine/folder.ts";
import { startGateway } from "../helpers/gateway.ts";

Deno.test("the validator's key is made at the first start, readable by its owner alone, and used again", async () => {
  await using folder = await temporaryFolder();
  const path = `${folder.path}/deep/validator.key`;
  const first = await openValidatorKey(path);
  assertEquals(first.isNew, true);
  const { mode } = await Deno.stat(path);
  assertEquals((mode ?? 0) & 0o777, 0o600);
  assertEquals(/^0x[0-9a-f]{64}\n$/.test(await Deno.readTextFile(path)), true);
  const second = await openValidatorKey(path);
  assertEquals([second.isNew, second.keypair.address], [false, first.keypair.address]);
});

Deno.test("of servers that start together one makes the key, and all have it", async () => {
  await using folder = await temporaryFolder();
  const path = `${folder.path}/validator.key`;
  const keys = await Promise.all(Array.from({ length: 16 }, () => openValidatorKey(path)));
  assertEquals(keys.filter(({ isNew }) => isNew).length, 1);
  assertEquals(new Set(keys.map(({ keypair }) => keypair.address)).size, 1);
  const files = await Array.fromAsync(Deno.readDir(folder.path), ({ name }) => name);
  assertEquals(files, ["validator.key"]);
});

Deno.test("a key file that makes no sense is named without what is in it, and left alone", async () => {
  await using folder = await temporaryFolder();
  const path = `${folder.path}/validator.key`;
  for (const content of ["", "sesame-open", `0x${"ab".repeat(31)}`, `0x${"zz".repeat(32)}`]) {
    await Deno.writeTextFile(path, content);
    const error = await assertRejects(() => openValidatorKey(path), Error);
    assertStringIncludes(error.message, path);
    const told = `${error.message} ${error.stack} ${String(error.cause)} ${Deno.inspect(error)}`;
    assert(content === "" || !told.includes(content), told);
    assert(!told.includes("ab".repeat(8)), told);
    assertEquals(await Deno.readTextFile(path), content);
  }
});

Deno.test("a key that cannot be read or written is named", async () => {
  await using folder = await temporaryFolder();
  await assertRejects(() => openValidatorKey(folder.path), Error, folder.path);
  await Deno.writeTextFile(`${folder.path}/file`, "");
  const below = `${folder.path}/file/validator.key`;
  await assertRejects(() => openValidatorKey(below), Error, below);
});

Deno.test("a store is bound to the key that it was first used with, until another one is accepted", async () => {
  await using folder = await temporaryFolder();
  const kv = `${folder.path}/store.db`;
  const other = `${folder.path}/other.key`;
  const start = async (overrides: Partial<Config>) => {
    await using served = await startGateway({ store: kv, ...overrides });
    return served.gateway.validator.address;
  };
  const first = await start({});
  assertEquals(await start({}), first);
  const { message } = await assertRejects(() => start({ validator_key: other }), Error);
  for (const part of [kv, other, first, "--validator_key", "--accept_new_key"]) {
    assertStringIncludes(message, part);
  }
  assertEquals(message.includes("\n"), false);
  const second = await start({ validator_key: other, accept_new_key: true });
  assert(second !== first);
  assertEquals(await start({ validator_key: other }), second);
  await assertRejects(() => start({}), Error, second);
});
