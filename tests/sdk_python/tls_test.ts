import { assertEquals, assertStringIncludes } from "@std/assert";
import { Authority, noOpenssl } from "../helpers/certificates.ts";
import { ServerProcess, TemporaryFolder } from "../helpers/process.ts";
import { samplePrediction } from "../helpers/samples.ts";
import { testWith } from "../helpers/programs.ts";
import { machinePython } from "./pythons.ts";
import { serverFlags, startMiner, startServer } from "./scene.ts";

const { path, missing } = machinePython;

testWith(
  missing ?? noOpenssl,
  "a miner in Python: with TLS both ways go, to whom its authority knows",
  async () => {
    await using folder = await TemporaryFolder.make();
    await (await Authority.make(folder.path, "authority")).issue();
    // Prepared without TLS, for the operator's API is called by who does not know the authority.
    await (await startServer(folder.path)).end("SIGTERM");
    const tls = ["--tls.cert=cert.pem", "--tls.key=key.pem"];
    await using server = await ServerProcess.start({ cwd: folder.path }, [...serverFlags, ...tls]);
    const known = { SSL_CERT_FILE: `${folder.path}/authority.crt` };
    for (const [way, flags] of [["WebSocket", []], ["HTTP", ["--websocket_enabled=False"]]] as const) {
      await using mine = await startMiner(path, folder.path, server.ws, ["--uid=7", ...flags], known);
      await mine.put([samplePrediction(way)]);
      await mine.endInput();
      const { code, stderr } = await mine.ended();
      assertEquals(code, 0, stderr);
      assertStringIncludes(stderr, `Pushed prediction ${way} via ${way}`);
    }
    await using mine = await startMiner(path, folder.path, server.ws, ["--uid=7"]);
    assertStringIncludes(String((await mine.event("problem"))["message"]).toLowerCase(), "certificate");
  },
);
