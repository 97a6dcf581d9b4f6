import type { PostgresServer } from "./postgres.ts";
import { Lines } from "./process.ts";

const program = "/usr/sbin/pgbouncer";

/** PgBouncer, or why it is not to be had. */
export const pgbouncer: { readonly missing: string | undefined } = { missing: missing() };

/** A pooler in transaction mode before a database, on a free port. */
export class PgBouncer implements AsyncDisposable {
  readonly port: number;
  readonly #folder: string;
  readonly #child: Deno.ChildProcess;
  readonly #log: Lines;

  private constructor(folder: string, port: number, child: Deno.ChildProcess) {
    this.port = port;
    this.#folder = folder;
    this.#child = child;
    this.#log = new Lines(child.stderr);
  }

  /** @param connections how many it has to the database at most */
  static async before(database: PostgresServer, connections: number): Promise<PgBouncer> {
    const folder = await Deno.makeTempDir({ prefix: "heliograph-pgbouncer-" });
    const port = freePort();
    const config = `${folder}/pgbouncer.ini`;
    await Deno.writeTextFile(`${folder}/users`, '"heliograph" "secret"\n');
    await Deno.writeTextFile(
      config,
      `[databases]
* = host=127.0.0.1 port=${database.port}
[pgbouncer]
listen_addr = 127.0.0.1
listen_port = ${port}
unix_socket_dir =
auth_type = plain
auth_file = ${folder}/users
pool_mode = transaction
default_pool_size = ${connections}
`,
    );
    // It refuses to run as root.
    const isRoot = (await Deno.stat(folder)).uid === 0;
    const nobody = 65534;
    if (isRoot) await Deno.chown(folder, nobody, nobody);
    const child = new Deno.Command(program, {
      args: [config],
      ...isRoot ? { uid: nobody, gid: nobody } : {},
      stdin: "null",
      stdout: "null",
      stderr: "piped",
    }).spawn();
    const pooler = new PgBouncer(folder, port, child);
    try {
      await pooler.#log.find(/process up/);
      return pooler;
    } catch (error) {
      await pooler[Symbol.asyncDispose]();
      throw error;
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    try {
      this.#child.kill("SIGTERM");
    } catch (error) {
      if (!(error instanceof TypeError)) throw error;
    }
    await Promise.all([this.#child.status, this.#log.ended]);
    await Deno.remove(this.#folder, { recursive: true });
  }
}

function missing(): string | undefined {
  try {
    Deno.statSync(program);
    return undefined;
  } catch {
    return "PgBouncer of Debian's package pgbouncer is not installed";
  }
}

function freePort(): number {
  using listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  return listener.addr.port;
}
