import {
  assert,
  assertEquals,
  assertMatch,
  assertRejects,
  assertStringIncludes,
  assertThrows,
} from "@std/assert";
import { readCertificate } from "../../lib/ports/certificate.ts";
import { flushLogs } from "../../lib/telemetry/mod.ts";
import { Authority, noOpenssl } from "../helpers/certificates.ts";
import { FakeClock, settle } from "../helpers/fake_clock.ts";
import { adminToken, startGateway } from "../helpers/gateway.ts";
import { LogLines } from "../helpers/log_lines.ts";
import { TemporaryFolder } from "../helpers/process.ts";
import { testWith } from "../helpers/programs.ts";
import { stop, TlsScene } from "../helpers/tls_scene.ts";

const twoLooks = 4000;

testWith(
  noOpenssl,
  "with a certificate everything is served over TLS on the one port, a free one if asked for",
  async () => {
    await using scene = await TlsScene.start();
    const client = scene.trust(scene.authority);
    assertMatch(scene.server.url, /^https:\/\/127\.0\.0\.1:[1-9]\d*$/);
    assert(await scene.reaches(client));
    const { recommended } = await scene.get(client, "/inscriptions/websocket-servers") as {
      recommended: string;
    };
    assertEquals(recommended, scene.server.url.replace("https", "wss"));
    const stream = await scene.openStream(client);
    await stream.ping();
    const headers = { authorization: `Bearer ${adminToken}` };
    const { connections } = await scene.get(client, "/admin/connections", headers) as {
      connections: { address: string }[];
    };
    assertEquals(connections.map(({ address }) => address), ["127.0.0.1"]);
    await stream.close();
  },
);

testWith(
  noOpenssl,
  "a new certificate is used for new connections, and an open WebSocket stays",
  async () => {
    await using scene = await TlsScene.start();
    const first = scene.trust(scene.authority);
    const stream = await scene.openStream(first);
    const other = await Authority.make(scene.folder, "second");
    await other.issue();
    const second = scene.trust(other);
    await assertRejects(() => scene.reaches(second), TypeError);
    await scene.clock.advance(twoLooks);
    assert(await scene.reaches(second));
    await assertRejects(() => scene.reaches(scene.trust(scene.authority)), TypeError);
    await stream.ping();
    const later = await scene.openStream(second);
    await later.ping();
    await Promise.all([stream.close(), later.close()]);
  },
);

testWith(noOpenssl, "an answer that is under way when the certificate changes comes to its end", async () => {
  await using scene = await TlsScene.start();
  const client = scene.trust(scene.authority);
  const url = `${scene.server.url}/api/v1/streams/network_metrics/events`;
  const { body } = await fetch(url, { client });
  const reader = body?.pipeThrough(new TextDecoderStream()).getReader();
  assertStringIncludes((await reader?.read())?.value ?? "", "event:");
  const other = await Authority.make(scene.folder, "second");
  await other.issue();
  await scene.clock.advance(twoLooks);
  const more = reader?.read();
  await scene.clock.advance(2000);
  assertStringIncludes((await more)?.value ?? "", "event:");
  await reader?.cancel();
});

testWith(noOpenssl, "a broken new file keeps the old certificate and is warned of once", async () => {
  using lines = new LogLines();
  await using scene = await TlsScene.start();
  const client = scene.trust(scene.authority);
  for (const [file, text] of [["cert.pem", "nonsense"], ["key.pem", "nonsense"]] as const) {
    await Deno.writeTextFile(`${scene.folder}/${file}`, text);
    await scene.clock.advance(5 * twoLooks);
    assert(await scene.reaches(client));
  }
  await Deno.remove(`${scene.folder}/key.pem`);
  await scene.clock.advance(twoLooks);
  await scene.authority.issue();
  await scene.clock.advance(twoLooks);
  flushLogs();
  const said = lines.text.split("\n").filter((line) => /TLS certificate/.test(line));
  assertEquals(said.length, 4, lines.text);
  assertStringIncludes(
    said[0] ?? "",
    `Cannot use the TLS certificate ${scene.folder}/cert.pem: expected a certificate`,
  );
  assertStringIncludes(
    said[2] ?? "",
    `Cannot read the TLS private key ${scene.folder}/key.pem: there is no such file`,
  );
  assertStringIncludes(said[3] ?? "", "was read again");
});

testWith(noOpenssl, "files of which one is newer than the other are not taken for broken", async () => {
  using lines = new LogLines();
  await using scene = await TlsScene.start();
  const other = await Authority.make(scene.folder, "second");
  await other.issue("next.pem", "next.key");
  await Deno.rename(`${scene.folder}/next.pem`, `${scene.folder}/cert.pem`);
  await scene.clock.advance(twoLooks / 2);
  await Deno.rename(`${scene.folder}/next.key`, `${scene.folder}/key.pem`);
  await scene.clock.advance(twoLooks);
  assert(await scene.reaches(scene.trust(other)));
  assertEquals(lines.text.includes("stays as it was"), false, lines.text);
});

testWith(
  noOpenssl,
  "a certificate that cannot be used stops the start with a line that names the file",
  async () => {
    await using folder = await TemporaryFolder.make();
    const authority = await Authority.make(folder.path, "first");
    await authority.issue();
    await authority.issue("other.pem", "other.key");
    await Deno.writeTextFile(`${folder.path}/empty.pem`, "");
    const rows = [
      ["none.pem", "key.pem", "Cannot read the TLS certificate FOLDER/none.pem: there is no such file"],
      ["cert.pem", "none.pem", "Cannot read the TLS private key FOLDER/none.pem: there is no such file"],
      [
        "cert.pem",
        "other.key",
        "Cannot use the TLS private key FOLDER/other.key: it does not belong to the certificate FOLDER/cert.pem",
      ],
      ["key.pem", "cert.pem", "Cannot use the TLS certificate FOLDER/key.pem: expected a certificate in PEM"],
      ["cert.pem", "cert.pem", "Cannot use the TLS private key FOLDER/cert.pem: expected a key in PEM"],
      [
        "empty.pem",
        "key.pem",
        "Cannot use the TLS certificate FOLDER/empty.pem: expected a certificate in PEM",
      ],
    ] as const;
    for (const [cert, key, message] of rows) {
      const { path } = folder;
      const error = assertThrows(
        () => readCertificate({ cert: `${path}/${cert}`, key: `${path}/${key}` }),
        Error,
      );
      assertEquals(error.message, message.replaceAll("FOLDER", path));
    }
  },
);

testWith(noOpenssl, "an expired certificate is served, and warned of", async () => {
  using lines = new LogLines();
  await using folder = await TemporaryFolder.make();
  await (await Authority.make(folder.path, "first")).issue();
  const clock = new FakeClock(Date.now() + 60 * 24 * 3600 * 1000);
  const tls = { "tls.cert": `${folder.path}/cert.pem`, "tls.key": `${folder.path}/key.pem` };
  const server = await startGateway(tls, clock);
  assertMatch(lines.text, /TLS certificate \S+cert\.pem expired on \d{4}-\d\d-\d\d/);
  await stop(server, clock);
});

testWith(noOpenssl, "what does not speak TLS, and what says nothing, harms nobody", async () => {
  await using scene = await TlsScene.start();
  const { hostname, port } = new URL(scene.server.url);
  using silent = await Deno.connect({ hostname, port: Number(port) });
  using plain = await Deno.connect({ hostname, port: Number(port) });
  await plain.write(new TextEncoder().encode("GET / HTTP/1.1\r\n\r\n"));
  const buffer = new Uint8Array(64);
  const read = await plain.read(buffer).catch(() => null);
  assertEquals(new TextDecoder().decode(buffer.subarray(0, read ?? 0)).includes("HTTP/1.1 200"), false);
  assert(await scene.reaches(scene.trust(scene.authority)));
  silent.closeWrite();
  await settle();
});
