import { assertEquals, assertStringIncludes } from "@std/assert";
import { Authority, noOpenssl } from "../helpers/certificates.ts";
import { EventReader } from "../helpers/event_source.ts";
import { Scrape } from "../helpers/metrics.ts";
import { Peer, signMessage, testKey } from "../helpers/peer.ts";
import { commandLine, runToEnd, ServerProcess, TemporaryFolder } from "../helpers/process.ts";
import { testWith } from "../helpers/programs.ts";
import { until } from "../helpers/until.ts";

const handlers = `export default (validator) => {
  validator.registerHandler("forget", () => void Promise.reject(new Error("a rejection that was forgotten")));
  validator.registerHandler("throw", () => void setTimeout(() => {
    throw new Error("an error that was forgotten");
  }));
};`;

testWith(
  noOpenssl,
  "over TLS a client that leaves in the middle of an answer does not end serve",
  async () => {
    await using folder = await TemporaryFolder.make();
    const authority = await Authority.make(folder.path, "authority");
    await authority.issue();
    const flags = ["--tls.cert=cert.pem", "--tls.key=key.pem"];
    await using server = await ServerProcess.start({ cwd: folder.path }, flags);
    for (const http2 of [true, false]) {
      const options = { caCerts: [authority.pem], http1: !http2, http2 };
      using client = Deno.createHttpClient(options);
      const leaving = new AbortController();
      const { signal } = leaving;
      const url = `${server.url}/api/v1/streams/network_metrics/events`;
      const reader = await EventReader.open(url, undefined, { client, signal });
      await reader.next();
      leaving.abort();
      await noEventStreams(server.url, options);
    }
    assertEquals((await server.end("SIGTERM")).code, 0);
  },
);

/** Resolves once the server has noticed that those who listened are gone. */
async function noEventStreams(url: string, options: Deno.CreateHttpClientOptions): Promise<void> {
  using client = Deno.createHttpClient(options);
  await until(async () => {
    const response = await fetch(`${url}/metrics`, { client });
    const scrape = Scrape.parse(await response.text());
    return scrape.value("heliograph_connections", { family: "events" }) === 0;
  }, "the end of all event streams");
}

Deno.test("serve outlives what nothing handles, logs it and counts it", async () => {
  await using folder = await TemporaryFolder.make();
  await Deno.writeTextFile(`${folder.path}/handlers.ts`, handlers);
  await using server = await ServerProcess.start({ cwd: folder.path }, ["--websocket.handlers=handlers.ts"]);
  const key = testKey(1);
  await server.admin("PUT", `/admin/miners/${key.address}`, { uid: 7 });
  const { peer } = await Peer.authenticated(server.ws, key);
  for (const type of ["forget", "throw", "throw"]) peer.send(signMessage(key, type, {}));
  for (const said of [/rejection that was forgotten/, /error that was forgotten/]) {
    assertStringIncludes(await server.stderr.find(said), "ERROR");
  }
  const counted = async () => (await Scrape.of(server.url)).value("heliograph_unhandled_faults_total");
  await until(async () => await counted() >= 3, "three faults");
  await peer.close();
  assertEquals((await server.end("SIGTERM")).code, 0);
  assertEquals(server.stderr.all.filter((line) => line.includes("that was forgotten")).length, 2);
});

Deno.test("a fault at start still ends serve with exit code 1 and its message", async () => {
  await using folder = await TemporaryFolder.make();
  const broken =
    `Promise.reject(new Error("broken from the start"));\nexport default () => new Promise(() => {});`;
  await Deno.writeTextFile(`${folder.path}/handlers.ts`, broken);
  const line = commandLine("serve", "--port=0", "--websocket.handlers=handlers.ts");
  const { code, stderr } = await runToEnd(line, { cwd: folder.path });
  assertEquals(code, 1);
  assertStringIncludes(stderr, "broken from the start");
});
