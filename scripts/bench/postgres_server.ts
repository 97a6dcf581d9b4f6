/** Debian's binaries of PostgreSQL, newest first. */
const versions = ["18", "17", "16", "15", "14"];
const found = versions.map((version) => `/usr/lib/postgresql/${version}/bin`).find((path) => isThere(path));

/** Whether PostgreSQL is installed as Debian does it. */
export const hasPostgres: boolean = found !== undefined;

/** Settings of a server whose data need not survive the machine. */
const fleeting = { fsync: "off", max_connections: "60", shared_buffers: "32MB" };

/** A database server of its own, in a temporary folder and on a free port. */
export class PostgresServer implements AsyncDisposable {
  readonly port: number;
  readonly #folder: string;
  readonly #owner: { readonly uid?: number; readonly gid?: number };
  #child: Deno.ChildProcess | undefined;
  #schemas = 0;
  /** Processes that stand still. */
  #frozen: number[] = [];

  private constructor(folder: string, port: number) {
    this.#folder = folder;
    this.port = port;
    // It refuses to run as root.
    this.#owner = Deno.statSync(folder).uid === 0 ? { uid: 65534, gid: 65534 } : {};
  }

  /** Makes and starts one, with settings as in `postgresql.conf`. */
  static async start(settings: Readonly<Record<string, string>> = {}): Promise<PostgresServer> {
    const folder = await Deno.makeTempDir({ prefix: "heliograph-postgres-" });
    const server = new PostgresServer(folder, freePort());
    try {
      if (server.#owner.uid !== undefined) await Deno.chown(folder, 65534, 65534);
      await server.#run("initdb", "-U", "heliograph", "-A", "trust", "-E", "UTF8", "--locale=C", "--no-sync");
      await server.configure({ ...fleeting, ...settings });
      await server.resume();
      return server;
    } catch (error) {
      await server[Symbol.asyncDispose]();
      throw error;
    }
  }

  /** Makes and starts a standby of this server, under a name by which the server may wait for it. */
  async standby(name: string): Promise<PostgresServer> {
    const folder = await Deno.makeTempDir({ prefix: "heliograph-postgres-" });
    const standby = new PostgresServer(folder, freePort());
    try {
      if (standby.#owner.uid !== undefined) await Deno.chown(folder, 65534, 65534);
      const source = `host=127.0.0.1 port=${this.port} user=heliograph application_name=${name}`;
      await standby.#run("pg_basebackup", "-R", "-D", standby.#data, "-c", "fast", "-d", source);
      await standby.resume();
      return standby;
    } catch (error) {
      await standby[Symbol.asyncDispose]();
      throw error;
    }
  }

  /** Makes a standby the primary. */
  async promote(): Promise<void> {
    await this.sql("select pg_promote()");
  }

  /** The location of a store, each time in another schema. */
  location(parameters = ""): string {
    this.#schemas += 1;
    return `postgres://heliograph:secret@127.0.0.1:${this.port}/postgres?schema=s${this.#schemas}${parameters}`;
  }

  /** Adds settings, which hold from the next start on, or once they are read again. */
  async configure(settings: Readonly<Record<string, string>>): Promise<void> {
    const lines = Object.entries(settings).map(([name, value]) => `${name} = '${value}'\n`);
    await Deno.writeTextFile(`${this.#data}/postgresql.conf`, lines.join(""), { append: true });
  }

  /** Starts it where it is stopped, and waits until it takes connections. */
  async resume(): Promise<void> {
    const socket = `unix_socket_directories=${this.#folder}`;
    const flags = [
      "-D",
      this.#data,
      "-p",
      String(this.port),
      "-c",
      "listen_addresses=127.0.0.1",
      "-c",
      socket,
    ];
    this.#child = new Deno.Command(`${found}/postgres`, {
      args: flags,
      ...this.#owner,
      cwd: this.#folder,
      stdin: "null",
      stdout: "null",
      stderr: "piped",
    }).spawn();
    await untilReady(this.#child.stderr);
  }

  /** Stops it: `SIGINT` in good order, `SIGQUIT` as a crash does. */
  async stop(signal: "SIGINT" | "SIGQUIT" = "SIGINT"): Promise<void> {
    // What stands still hears of nothing.
    this.thaw();
    const child = this.#child;
    this.#child = undefined;
    child?.kill(signal);
    await child?.status;
  }

  /** Lets all of it stand still, until {@link thaw}. */
  async freeze(): Promise<void> {
    const processes = await this.sql("select pid from pg_stat_activity where pid <> pg_backend_pid()");
    const main = this.#child === undefined ? [] : [this.#child.pid];
    this.#frozen = [...main, ...processes.map(Number)];
    for (const pid of this.#frozen) Deno.kill(pid, "SIGSTOP");
  }

  thaw(): void {
    for (const pid of this.#frozen.splice(0)) Deno.kill(pid, "SIGCONT");
  }

  /** Puts tables that are made from now on into another folder. */
  async moveTo(folder: string): Promise<void> {
    const place = `${folder}/tables`;
    await Deno.mkdir(place);
    const { uid, gid } = this.#owner;
    if (uid !== undefined) await Deno.chown(place, uid, gid ?? null);
    await this.sql(`create tablespace other location '${place}'`);
    await this.sql("alter database postgres set default_tablespace = other");
  }

  /** Runs SQL, and answers its rows, whose columns are told apart by `|`. */
  async sql(text: string): Promise<string[]> {
    const flags = ["-h", "127.0.0.1", "-p", String(this.port), "-U", "heliograph", "-d", "postgres"];
    const answer = await this.#run("psql", ...flags, "-XAtq", "-v", "ON_ERROR_STOP=1", "-c", text);
    return answer.split("\n").filter((line) => line !== "");
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.stop("SIGQUIT");
    await Deno.remove(this.#folder, { recursive: true });
  }

  get #data(): string {
    return `${this.#folder}/data`;
  }

  async #run(program: string, ...args: string[]): Promise<string> {
    const { success, stdout, stderr } = await new Deno.Command(`${found}/${program}`, {
      args,
      ...this.#owner,
      cwd: this.#folder,
      env: { PGDATA: this.#data },
      stdin: "null",
    }).output();
    const [said, complained] = [stdout, stderr].map((bytes) => new TextDecoder().decode(bytes));
    if (!success) throw new Error(`${program}: ${complained}`);
    return said ?? "";
  }
}

/** Reads what it says until it is ready, and goes on reading. */
async function untilReady(stderr: ReadableStream<Uint8Array>): Promise<void> {
  const ready = Promise.withResolvers<void>();
  (async () => {
    let said = "";
    for await (const text of stderr.pipeThrough(new TextDecoderStream())) {
      said += text;
      if (/ready to accept (?:read-only )?connections/.test(said)) ready.resolve();
    }
    ready.reject(new Error(`PostgreSQL has ended:\n${said}`));
  })();
  await ready.promise;
}

function freePort(): number {
  using listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  return listener.addr.port;
}

function isThere(path: string): boolean {
  try {
    return Deno.statSync(`${path}/postgres`).isFile;
  } catch {
    return false;
  }
}
