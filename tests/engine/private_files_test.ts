import { assertEquals, assertStringIncludes } from "@std/assert";
import { InstanceName, openEngine } from "../../lib/engine/mod.ts";
import { openValidatorKey } from "../../lib/validator/validator_key.ts";
import { LogLines } from "../helpers/log_lines.ts";
import { ServerProcess } from "../helpers/process.ts";
import { temporaryFolder } from "./folder.ts";

async function modeOf(path: string): Promise<string> {
  return (((await Deno.stat(path)).mode ?? 0) & 0o777).toString(8);
}

/** Told by the owner of what is made, as the process may not be allowed to ask who it is. */
function isRoot(): boolean {
  const path = Deno.makeTempFileSync();
  const { uid } = Deno.statSync(path);
  Deno.removeSync(path);
  return uid === 0;
}

Deno.test({
  name: "what a server makes is for its user alone, whatever its umask",
  ignore: Deno.build.os === "windows",
  async fn() {
    await using folder = await temporaryFolder();
    const runner = ["sh", "-c", 'umask 0; exec "$@"', "sh"];
    await using server = await ServerProcess.start({ cwd: folder.path, runner }, [
      "--store=data/deep/store.db",
    ]);
    assertEquals([await modeOf(`${folder.path}/data`), await modeOf(`${folder.path}/data/deep`)], [
      "700",
      "700",
    ]);
    const files = [];
    for await (const { name } of Deno.readDir(`${folder.path}/data/deep`)) files.push(`data/deep/${name}`);
    assertEquals(files.length >= 3, true, String(files));
    for (const file of ["data/validator.key", ...files]) {
      assertEquals(await modeOf(`${folder.path}/${file}`), "600", file);
    }
    await server.end("SIGTERM");
  },
});

Deno.test({
  name: "files that others can change, and a key that others can read, are used and warned of",
  ignore: Deno.build.os === "windows",
  async fn() {
    await using folder = await temporaryFolder();
    const [store, key] = [`${folder.path}/store.db`, `${folder.path}/validator.key`];
    await Deno.chmod(folder.path, 0o700);
    {
      using lines = new LogLines();
      using _name = InstanceName.claim(store);
      (await openEngine(store)).close();
      await openValidatorKey(key);
      await openValidatorKey(key);
      assertEquals(lines.text.includes("Others can"), false, lines.text);
    }
    for (const [path, mode] of [[folder.path, 0o777], [store, 0o622], [key, 0o604]] as const) {
      await Deno.chmod(path, mode);
    }
    using lines = new LogLines();
    (await openEngine(store)).close();
    await openValidatorKey(key);
    assertStringIncludes(lines.text, `Others can write to ${folder.path}, whose mode is 0777`);
    assertStringIncludes(lines.text, `Others can write to ${store}, whose mode is 0622`);
    assertStringIncludes(lines.text, `Others can read ${key}, whose mode is 0604`);
  },
});

Deno.test({
  name: "a key of root's that a group may read, as a mounted Secret is, is not warned of",
  ignore: Deno.build.os === "windows" || !isRoot(),
  async fn() {
    await using folder = await temporaryFolder();
    const key = `${folder.path}/validator.key`;
    await openValidatorKey(key);
    using lines = new LogLines();
    await Deno.chmod(key, 0o440);
    await openValidatorKey(key);
    assertEquals(lines.text.includes("Others can"), false, lines.text);
    await Deno.chmod(key, 0o444);
    await openValidatorKey(key);
    assertStringIncludes(lines.text, `Others can read ${key}, whose mode is 0444`);
  },
});
