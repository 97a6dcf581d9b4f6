import type { FindingKind } from "./finding_kind.ts";

/** The database of a store that is in one. */
export const databaseFindings = {
  "database-unreachable": {
    severity: "error",
    title: "There is no way to the store's database",
    cause: "None of the hosts of --store took a connection, let this user in, and takes writes.",
    fix: "Start the database, or mend the URL: its hosts, user, password and name.",
    example:
      "pg_isready -h db.example -p 5432\npsql 'postgres://heliograph@db.example/heliograph' -c 'select 1'",
  },
  "database-no-fsync": {
    severity: "error",
    title: "The database does not wait for its disk",
    cause:
      "With fsync = off a commit is nowhere but in memory: a crash of its machine may take back whatever was confirmed, and may leave tables that cannot be read.",
    fix: "Turn it on. A disk that is too slow for it is not made safe by this.",
    example: "alter system set fsync = on;\nselect pg_reload_conf();",
  },
  "database-asynchronous": {
    severity: "error",
    title: "The database says that something is committed before it is",
    cause:
      "With synchronous_commit = off a crash takes back what was confirmed in the moments before it, and the numbers of those receipts are given again.",
    fix: "Set it to on, for the database or for the user of the store.",
    example: "alter role heliograph set synchronous_commit = on;",
  },
  "database-no-standby": {
    severity: "note",
    title: "No standby is waited for",
    cause:
      "Without synchronous_standby_names what is confirmed is on one machine's disk. It outlives a crash of that machine and not its loss, and a standby that takes over may lack what was confirmed last.",
    fix: "Where that is not enough, add a standby and wait for it. It may be away only where there are two.",
    example:
      "alter system set synchronous_standby_names = 'ANY 1 (second, third)';\nselect pg_reload_conf();\nheliograph serve --store.durability=replicated",
  },
  "database-standby-unheeded": {
    severity: "warning",
    title: "There is a synchronous standby, and it is not waited for",
    cause:
      "With synchronous_commit = local a commit waits for the primary's disk alone, so a standby that takes over may lack what was confirmed last.",
    fix: "Set it to on, for the database or for the user of the store.",
    example: "alter role heliograph set synchronous_commit = on;",
  },
  "database-standby-away": {
    severity: "error",
    title: "The standby that is waited for is not there",
    cause:
      "Each commit waits for a standby of synchronous_standby_names, and none is connected: nothing is confirmed.",
    fix:
      "Start the standby, or let its name be one of those that are waited for. Not to wait any more confirms what is lost with the primary.",
    example: "select application_name, state, sync_state from pg_stat_replication;",
  },
  "database-not-enough": {
    severity: "error",
    title: "Nothing can be confirmed: the database keeps it less well than is wanted",
    cause:
      "With store.durability it is said what a confirmation has to be worth at least, and the database's settings do less.",
    fix: "Change the database's settings, as the other findings say, or want less.",
    example: "heliograph serve --store.durability=disk",
  },
} as const satisfies Record<string, FindingKind>;
