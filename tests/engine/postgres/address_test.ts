import { assertEquals, assertThrows } from "@std/assert";
import { isDatabase, parseAddress } from "../../../lib/engine/postgres/address.ts";

Deno.test("a database's URL says where it is and how the way there is protected", () => {
  assertEquals(parseAddress("postgres://ann:p%40ss@db.example/games"), {
    user: "ann",
    password: "p@ss",
    hosts: [{ host: "db.example", port: 5432 }],
    database: "games",
    schema: "heliograph",
    tls: "disable",
    authorities: undefined,
    prepare: true,
  });
  const parameters = "sslmode=verify-full&sslrootcert=/ca.pem&schema=mine&prepare=false";
  assertEquals(
    parseAddress(`postgresql://ann@one:1,[::1]:2,three?${parameters}&target_session_attrs=primary`),
    {
      user: "ann",
      password: "",
      hosts: [{ host: "one", port: 1 }, { host: "::1", port: 2 }, { host: "three", port: 5432 }],
      database: "ann",
      schema: "mine",
      tls: "verify-full",
      authorities: "/ca.pem",
      prepare: false,
    },
  );
});

Deno.test("a URL that cannot be meant is refused in words that never hold its password", () => {
  const refused: Record<string, string> = {
    "postgres://": "expected postgres://USER:PASSWORD@HOST:PORT/DATABASE",
    "postgres://db/games": "needs a user",
    "postgres://ann:s3cret@db:0/games": "has no host db:0",
    "postgres://ann:s3cret@db/games?sslmode=prefer": "sslmode can be disable, require, verify-full",
    "postgres://ann:s3cret@db/games?pool=1": "has no parameter pool",
    "postgres://ann:s3cret@db/games?prepare=no": "prepare can be true",
    "postgres://ann:s3cret@db/games?schema=Mine": "a schema's name",
    "postgres://ann:s3cret@db/games?target_session_attrs=read-write": "can only be primary",
  };
  for (const [location, expected] of Object.entries(refused)) {
    const { message } = assertThrows(() => parseAddress(location), Error, expected);
    assertEquals(message.includes("s3cret"), false);
  }
});

Deno.test("a location is a database's by how it begins", () => {
  assertEquals(
    ["postgres://a@b/c", "postgresql://a@b/c", "postgres.db", ":memory:", "https://kv"].map(isDatabase),
    [true, true, false, false, false],
  );
});
