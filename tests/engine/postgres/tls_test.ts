import { assertEquals, assertRejects } from "@std/assert";
import { openEngine } from "../../../lib/engine/mod.ts";
import { Authority, noOpenssl } from "../../helpers/certificates.ts";
import { postgres, PostgresServer } from "../../helpers/postgres.ts";
import { testWith } from "../../helpers/programs.ts";
import { temporaryFolder } from "../folder.ts";

testWith(postgres.missing ?? noOpenssl, "the way to the database is protected as the URL says", async () => {
  await using folder = await temporaryFolder();
  const { path } = folder;
  const authority = await Authority.make(path, "ours");
  await Authority.make(path, "other");
  await authority.issue();
  if (Deno.statSync(path).uid === 0) {
    for (const file of [path, `${path}/cert.pem`, `${path}/key.pem`]) await Deno.chown(file, 65534, 65534);
  }
  await Deno.chmod(`${path}/key.pem`, 0o600);
  const files = { ssl_cert_file: `${path}/cert.pem`, ssl_key_file: `${path}/key.pem` };
  await using server = await PostgresServer.start({ ssl: "on", ...files });
  const at = (host: string, parameters: string) =>
    server.location(`&${parameters}`).replace("127.0.0.1", host);
  const ways =
    "select ssl from pg_stat_ssl join pg_stat_activity using (pid) where application_name = 'heliograph'";
  for (
    const [parameters, isSecured] of [
      ["sslmode=disable", "f"],
      ["sslmode=require", "t"],
      [`sslmode=verify-full&sslrootcert=${path}/ours.crt`, "t"],
    ] as const
  ) {
    using engine = await openEngine(at("localhost", parameters));
    await engine.set(["a"], 1);
    assertEquals(new Set(await server.sql(ways)).has(isSecured), true);
    assertEquals(await engine.get(["a"]), 1);
  }
  for (const parameters of ["sslmode=verify-full", `sslmode=verify-full&sslrootcert=${path}/other.crt`]) {
    await assertRejects(() => openEngine(at("localhost", parameters)), Error, "Cannot open the store");
  }
});
