import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { Authority, noOpenssl } from "../helpers/certificates.ts";
import { commandLine, Lines, runToEnd, TemporaryFolder } from "../helpers/process.ts";
import { testWith } from "../helpers/programs.ts";

testWith(noOpenssl, "serve names https:// and wss:// where it has a certificate", async () => {
  await using folder = await TemporaryFolder.make();
  await (await Authority.make(folder.path, "authority")).issue();
  const [program = "", ...args] = commandLine(
    "serve",
    "--port=0",
    "--tls.cert=cert.pem",
    "--tls.key=key.pem",
  );
  const child = new Deno.Command(program, { args, cwd: folder.path, stdout: "piped", stderr: "piped" })
    .spawn();
  const [stdout, stderr] = [new Lines(child.stdout), new Lines(child.stderr)];
  try {
    const url = /https:\S+/.exec(await stdout.find(/^ +dashboard /))?.[0] ?? "";
    await stdout.find(/^ +next /);
    const socketUrl = url.replace("https", "wss");
    assert(stdout.all.includes(`  miners     ${socketUrl}/ws`), stdout.all.join("\n"));
    assert(stdout.all.includes(`  health     ${url}/ws/health`));
    assertEquals(stdout.all.filter((line) => /http:|ws:/.test(line)), []);
  } finally {
    child.kill("SIGTERM");
    await Promise.all([stdout.ended, stderr.ended]);
  }
  assertEquals((await child.status).code, 0, stderr.all.join("\n"));
});

testWith(
  noOpenssl,
  "serve refuses a certificate that it cannot use with one line that names the file",
  async (test) => {
    await using folder = await TemporaryFolder.make();
    const authority = await Authority.make(folder.path, "authority");
    await authority.issue();
    await authority.issue("other.pem", "other.key");
    const rows = [
      ["none.pem", "key.pem", 1, "Cannot read the TLS certificate none.pem: there is no such file"],
      [
        "cert.pem",
        "other.key",
        1,
        "Cannot use the TLS private key other.key: it does not belong to the certificate cert.pem",
      ],
      ["key.pem", "key.pem", 1, "Cannot use the TLS certificate key.pem: expected a certificate in PEM"],
    ] as const;
    for (const [cert, key, code, says] of rows) {
      await test.step(says, async () => {
        const line = commandLine("serve", "--port=0", `--tls.cert=${cert}`, `--tls.key=${key}`);
        const outcome = await runToEnd(line, { cwd: folder.path });
        assertStringIncludes(outcome.stderr, says);
        assertEquals([outcome.stderr.trimEnd().split("\n").length, outcome.code], [1, code], outcome.stderr);
      });
    }
  },
);
