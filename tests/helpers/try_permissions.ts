import { giveUpNeverNeeded, keepNeeded } from "../../lib/cli/permissions.ts";
import { defaultConfig } from "../../lib/gateway/mod.ts";

/** Gives permissions up as `serve` does, then prints what this process still may do, as JSON. */
const [metagraph = "", handlers, backups] = Deno.args;
const config = defaultConfig({
  metagraph,
  ...(handlers ? { "websocket.handlers": handlers } : {}),
  ...(backups === undefined ? {} : { "store.backups": backups }),
});
giveUpNeverNeeded(config);
keepNeeded(config, `${metagraph}.config`);

function may(task: () => unknown): boolean {
  try {
    task();
    return true;
  } catch (error) {
    if (error instanceof Deno.errors.NotCapable) return false;
    if (error instanceof Deno.errors.NotFound) return true;
    throw error;
  }
}

const isGranted = (name: "run" | "ffi" | "sys" | "import" | "net") =>
  Deno.permissions.querySync({ name }).state === "granted";

const answers = {
  run: isGranted("run"),
  ffi: isGranted("ffi"),
  sys: isGranted("sys"),
  import: isGranted("import"),
  net: isGranted("net"),
  readPasswords: may(() => Deno.readTextFileSync("/etc/passwd")),
  readNeighbours: may(() => Deno.readTextFileSync(`${metagraph}.secret`)),
  readMetagraph: may(() => Deno.readTextFileSync(metagraph)),
  readConfig: may(() => Deno.readTextFileSync(`${metagraph}.config`)),
  readProgram: may(() => Deno.readTextFileSync(`${import.meta.dirname}/../../deno.json`)),
  // Where `deno task start` makes it.
  readKey: may(() => Deno.readTextFileSync(`${import.meta.dirname}/../../data/validator.key`)),
  write: may(() => Deno.writeTextFileSync(`${metagraph}.written`, "")),
  variables: Object.keys(Deno.env.toObject()).filter((name) => /HELIOGRAPH|TOKEN/.test(name)),
};
Deno.stdout.writeSync(new TextEncoder().encode(JSON.stringify(answers)));
