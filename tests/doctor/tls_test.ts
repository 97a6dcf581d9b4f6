import { assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { FakeClock } from "../helpers/fake_clock.ts";
import { TemporaryFolder } from "../helpers/process.ts";
import { testWith } from "../helpers/programs.ts";
import { examine, type Examined, type Instead } from "./examine.ts";
import { answering, FakeEndpoint } from "./fake_endpoint.ts";

const day = 86_400_000;
const ecKey = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1"];

async function openssl(cwd: string, ...args: string[]): Promise<void> {
  const { success, stderr } = await new Deno.Command("openssl", { args, cwd, stdout: "null" }).output();
  if (!success) throw new Error(new TextDecoder().decode(stderr));
}

async function missing(): Promise<string | undefined> {
  try {
    await new Deno.Command("openssl", { args: ["version"], stdout: "null" }).output();
    return undefined;
  } catch {
    return "openssl is not installed";
  }
}

/** An authority of one's own, in a folder. */
class Authority implements AsyncDisposable {
  readonly #folder: TemporaryFolder;

  private constructor(folder: TemporaryFolder) {
    this.#folder = folder;
  }

  static async make(): Promise<Authority> {
    const authority = new Authority(await TemporaryFolder.make());
    const subject = ["-subj", "/CN=Test Authority", "-days", "3650"];
    await openssl(
      authority.#folder.path,
      "req",
      "-x509",
      ...ecKey,
      "-nodes",
      "-keyout",
      "ca.key",
      "-out",
      "ca.pem",
      ...subject,
    );
    return authority;
  }

  get trusted(): string {
    return `--ca=${this.#folder.path}/ca.pem`;
  }

  /** A certificate for a host, valid for a number of days from now, or not signed by the authority. */
  async issue(host: string, days: number, { selfSigned = false } = {}) {
    const { path } = this.#folder;
    const kind = /^[\d.]+$/.test(host) ? "IP" : "DNS";
    await Deno.writeTextFile(`${path}/names`, `subjectAltName=${kind}:${host}\nbasicConstraints=CA:FALSE\n`);
    await openssl(
      path,
      "req",
      ...ecKey,
      "-nodes",
      "-keyout",
      "key",
      "-out",
      "request",
      "-subj",
      `/CN=${host}`,
    );
    const signer = selfSigned
      ? ["-signkey", "key"]
      : ["-CA", "ca.pem", "-CAkey", "ca.key", "-CAcreateserial"];
    await openssl(
      path,
      "x509",
      "-req",
      "-in",
      "request",
      "-out",
      "cert",
      "-extfile",
      "names",
      "-days",
      String(days),
      ...signer,
    );
    const read = (name: string) => Deno.readTextFile(`${path}/${name}`);
    return { cert: await read("cert"), key: await read("key") };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#folder[Symbol.asyncDispose]();
  }
}

/** Examines a server with a certificate, on the machine's own address. */
async function see(
  certificate: { cert: string; key: string },
  args: readonly string[],
  instead: Instead = {},
): Promise<Examined> {
  await using endpoint = new FakeEndpoint(answering(), certificate);
  return await examine([endpoint.url("wss"), ...args], instead);
}

const reason = await missing();

testWith(
  reason,
  "doctor takes a certificate of a trusted authority, and says how long it lasts",
  async () => {
    await using authority = await Authority.make();
    const { code, check } = await see(await authority.issue("127.0.0.1", 90), [authority.trusted]);
    assertEquals([code, check("tls").status], [0, "ok"]);
    assertMatch(check("tls").summary, /^89 days left, by Test Authority/);
    assertEquals(check("frames").status, "ok");
  },
);

testWith(reason, "doctor tells expired, not yet valid and soon expiring certificates apart", async () => {
  await using authority = await Authority.make();
  const certificate = await authority.issue("127.0.0.1", 90);
  const at = async (days: number) => {
    const clock = new FakeClock(Date.now() + days * day);
    return await see(certificate, [authority.trusted, "--skip=clock"], { clock });
  };
  const expired = await at(100);
  assertEquals([expired.code, expired.ids], [1, ["tls-expired"]]);
  assertMatch(expired.check("tls").summary, /^expired \d+ days ago, on /);
  assertEquals((await at(-2)).ids, ["tls-not-yet-valid"]);
  const soon = await at(80);
  assertEquals([soon.code, soon.ids], [1, ["tls-expires-soon"]]);
});

testWith(reason, "doctor sees that a certificate has expired, and looks on", async () => {
  await using authority = await Authority.make();
  const certificate = await authority.issue("127.0.0.1", -1);
  const { code, ids, check } = await see(certificate, [authority.trusted]);
  assertEquals([code, ids, check("frames").status], [1, ["tls-expired"], "ok"]);
});

testWith(reason, "doctor sees that a certificate is for another host", async () => {
  await using authority = await Authority.make();
  const { code, ids, check } = await see(await authority.issue("other.example.org", 90), [authority.trusted]);
  assertEquals([code, ids], [1, ["tls-wrong-host"]]);
  assertStringIncludes(check("tls").summary, "it is for other.example.org, not for 127.0.0.1");
});

testWith(reason, "doctor tells a self-signed certificate from one of an unknown authority", async () => {
  await using authority = await Authority.make();
  const selfSigned = await see(await authority.issue("127.0.0.1", 90, { selfSigned: true }), []);
  assertEquals([selfSigned.code, selfSigned.ids], [1, ["tls-self-signed"]]);
  const unknown = await see(await authority.issue("127.0.0.1", 90), []);
  assertEquals([unknown.code, unknown.ids], [1, ["tls-untrusted"]]);
});

testWith(reason, "doctor shows its key to nobody whose certificate is not to be trusted", async () => {
  await using authority = await Authority.make();
  await using folder = await TemporaryFolder.make();
  await Deno.writeTextFile(`${folder.path}/key`, "07".repeat(32));
  const certificate = await authority.issue("other.example.org", 90);
  const received: string[] = [];
  await using endpoint = new FakeEndpoint(async (call) => {
    received.push(call.path);
    await answering()(call);
  }, certificate);
  const { ids } = await examine([endpoint.url(), `--key=${folder.path}/key`, authority.trusted]);
  assertEquals(ids, ["tls-wrong-host", "auth-not-sent"]);
  assertEquals(received.filter((path) => path.includes("heartbeat")), []);
});

Deno.test("doctor sees that a port speaks no TLS", async () => {
  // What the handshake begins with is no HTTP, so a server of that kind answers at once and ends.
  using listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const serving = (async () => {
    for await (const connection of listener) {
      const buffer = new Uint8Array(4096);
      await connection.read(buffer);
      await connection.write(new TextEncoder().encode("HTTP/1.1 400 Bad Request\r\n\r\n")).catch(() => {});
      connection.close();
    }
  })();
  const { code, ids } = await examine([`wss://127.0.0.1:${listener.addr.port}`]);
  listener.close();
  await serving.catch(() => {});
  assertEquals([code, ids], [2, ["tls-not-spoken"]]);
});
