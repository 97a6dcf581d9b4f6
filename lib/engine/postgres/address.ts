/** How the way to the database is protected. */
type TlsMode = "disable" | "require" | "verify-full";

/** Where a server of the database listens. */
export interface Host {
  readonly host: string;
  readonly port: number;
}

/** What `postgres://USER:PASSWORD@HOST:PORT/DATABASE` says. */
export interface DatabaseAddress {
  readonly user: string;
  readonly password: string;
  /** One of them is the primary. */
  readonly hosts: readonly [Host, ...Host[]];
  readonly database: string;
  /** Where the tables lie. */
  readonly schema: string;
  readonly tls: TlsMode;
  /** A PEM file with the certificates that vouch for the server's, in place of those of the system. */
  readonly authorities: string | undefined;
  /** Whether statements are prepared, which a pooler in transaction mode does not bear. */
  readonly prepare: boolean;
}

const form = /^postgres(?:ql)?:\/\/(?:([^/?#]*)@)?([^/?#@]+)(?:\/([^/?#]*))?(?:\?([^#]*))?$/i;
const parameters = ["sslmode", "sslrootcert", "schema", "prepare", "target_session_attrs"];
const tlsModes: readonly string[] = ["disable", "require", "verify-full"] satisfies TlsMode[];

/** Whether a store's location is that of a database. */
export function isDatabase(location: string): boolean {
  return /^postgres(?:ql)?:/i.test(location);
}

/**
 * Reads the location of a database. Several hosts stand behind each other with commas; `sslmode` is `disable`, `require` or
 * `verify-full`, `sslrootcert` a PEM file, `schema` the name of the schema, `heliograph` without it, and `prepare` is `false`
 * where a pooler in transaction mode stands before the database. Without a password it is that of the variable PGPASSWORD.
 *
 * @throws {Error} that says what is expected, and never holds the password
 */
export function parseAddress(location: string): DatabaseAddress {
  const [, login = "", hosts = "", database = "", query = ""] = form.exec(location) ?? [];
  if (hosts === "") throw new Error("expected postgres://USER:PASSWORD@HOST:PORT/DATABASE");
  const given = new URLSearchParams(query);
  const unknown = [...given.keys()].find((name) => !parameters.includes(name));
  if (unknown !== undefined) {
    throw new Error(`a database's URL has no parameter ${unknown}: expected ${parameters.join(", ")}`);
  }
  const [user = "", password = Deno.env.get("PGPASSWORD") ?? ""] = parted(login, ":").map(decodeURIComponent);
  if (user === "") {
    throw new Error("a database's URL needs a user: postgres://USER:PASSWORD@HOST:PORT/DATABASE");
  }
  const attributes = given.get("target_session_attrs") ?? "primary";
  if (attributes !== "primary") {
    throw new Error("target_session_attrs can only be primary: a server of the database that takes writes");
  }
  return {
    user,
    password,
    hosts: hosts.split(",").map(readHost) as [Host, ...Host[]],
    database: decodeURIComponent(database) || user,
    schema: readSchema(given.get("schema")),
    tls: readTls(given.get("sslmode")),
    authorities: given.get("sslrootcert") ?? undefined,
    prepare: readPrepare(given.get("prepare")),
  };
}

function readHost(text: string): Host {
  const [, bare, bracketed, digits = "5432"] = /^(?:\[([\da-f:.]+)\]|([^:[\]]+))(?::(\d+))?$/i.exec(text) ??
    [];
  const [host, port] = [bare ?? bracketed, Number(digits)];
  if (host === undefined || port < 1 || port > 65535) throw new Error(`a database's URL has no host ${text}`);
  return { host, port };
}

function readTls(mode: string | null): TlsMode {
  if (mode === null) return "disable";
  if (tlsModes.includes(mode)) return mode as TlsMode;
  throw new Error(
    `sslmode can be ${tlsModes.join(", ")}; the others may leave the way open without saying so`,
  );
}

function readPrepare(value: string | null): boolean {
  if (value === null || value === "true") return true;
  if (value === "false") return false;
  throw new Error("prepare can be true or, for a pooler in transaction mode, false");
}

/** Its name stands in statements. */
function readSchema(name: string | null): string {
  if (name === null) return "heliograph";
  if (/^[a-z_][a-z0-9_]{0,49}$/.test(name)) return name;
  throw new Error("a schema's name has lower case letters, digits and _, 50 at most");
}

function parted(text: string, separator: string): string[] {
  const at = text.indexOf(separator);
  return at === -1 ? [text] : [text.slice(0, at), text.slice(at + separator.length)];
}
