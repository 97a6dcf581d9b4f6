import { hasPostgres } from "../../scripts/bench/postgres_server.ts";

export { PostgresServer } from "../../scripts/bench/postgres_server.ts";

/** PostgreSQL, or why it is not to be had. */
export const postgres: { readonly missing: string | undefined } = {
  missing: hasPostgres ? undefined : "PostgreSQL of Debian's package postgresql is not installed",
};
