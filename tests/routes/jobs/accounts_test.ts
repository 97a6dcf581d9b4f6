import { assert, assertEquals, assertMatch, assertNotEquals } from "@std/assert";
import { ecdsaAccount, edAccount, FakeMirror, type TestAccount } from "../../helpers/accounts.ts";
import { FakeClock } from "../../helpers/fake_clock.ts";
import { startGateway, type TestGateway } from "../../helpers/gateway.ts";

type Body = Record<string, unknown> & { error?: { code: string; message: string } };

/** A gateway where accounts sign in. */
class Scene implements AsyncDisposable {
  private constructor(readonly server: TestGateway, readonly mirror: FakeMirror) {}

  static async start(source?: string, clock?: FakeClock): Promise<Scene> {
    const mirror = new FakeMirror();
    const settings = { "inscriptions.account_auth": source ?? mirror.url };
    return new Scene(await startGateway(settings, clock), mirror);
  }

  async challenge(id: unknown): Promise<{ status: number; message: string; retryAfter: string | null }> {
    const headers: Record<string, string> = id === undefined ? {} : { "x-session": String(id) };
    const response = await fetch(`${this.server.url}/api/auth/request-signature`, { headers });
    const { message } = await response.json();
    return { status: response.status, message, retryAfter: response.headers.get("retry-after") };
  }

  async authenticate(authData: unknown): Promise<{ status: number; body: Body }> {
    const response = await fetch(`${this.server.url}/api/auth/authenticate`, {
      method: "POST",
      body: JSON.stringify({ authData, include: "apiKey" }),
    });
    return { status: response.status, body: await response.json() };
  }

  /** Signs in as an account's own programs do. */
  async login({ id, sign }: TestAccount, form = (text: string) => text) {
    const { message: data } = await this.challenge(id);
    return await this.authenticate({ id, signature: sign(form(data)), data, network: "testnet" });
  }

  async inscribe(
    key: unknown,
    method = "POST",
    path = "start-inscription",
  ): Promise<{ status: number; body: Body }> {
    const body = JSON.stringify({
      fileBase64: btoa("hello"),
      fileName: "a.txt",
      holderId: "0.0.5",
      mode: "file",
      network: "testnet",
    });
    const headers = { "x-api-key": String(key) };
    const url = `${this.server.url}/inscriptions/${path}`;
    const response = await fetch(url, { method, headers, ...(method === "POST" ? { body } : {}) });
    return { status: response.status, body: await response.json() };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.server.stop();
    await this.mirror[Symbol.asyncDispose]();
  }
}

for (const account of [edAccount, ecdsaAccount]) {
  Deno.test(`a signature of an account's ${account.key._type} key gives an API key that works at once`, async () => {
    await using scene = await Scene.start();
    const { status, body } = await scene.login(account);
    assertEquals(status, 200);
    const { user, apiKey } = body as { user: { id: string; sessionToken: string }; apiKey: string };
    assertEquals([user.id, user.sessionToken], [account.id, apiKey]);
    assertMatch(apiKey, /^hg_/);
    assertEquals((await scene.inscribe(apiKey)).status, 200);
    assertEquals(scene.mirror.asked, [`/api/v1/accounts/${account.id}`]);
  });
}

Deno.test("pages and wallets sign the same text in forms of their own", async () => {
  await using scene = await Scene.start();
  const prefixed = (text: string) => `\x19Hedera Signed Message:\n${text.length}${text}`;
  for (const form of [JSON.stringify, prefixed, (text: string) => prefixed(JSON.stringify(text))]) {
    assertEquals((await scene.login(edAccount, form)).status, 200);
  }
});

Deno.test("all keys of an account see its jobs, those of another none", async () => {
  await using scene = await Scene.start();
  const keyOf = async (account: TestAccount) => (await scene.login(account)).body["apiKey"];
  const [first, second, other] = [await keyOf(edAccount), await keyOf(edAccount), await keyOf(ecdsaAccount)];
  assertNotEquals(first, second);
  const { body } = await scene.inscribe(first);
  const path = `retrieve-inscription?id=${body["id"]}`;
  assertEquals((await scene.inscribe(second, "GET", path)).status, 200);
  assertEquals((await scene.inscribe(other, "GET", path)).status, 404);
});

Deno.test("an account's newest eight keys are in force until the operator revokes them", async () => {
  await using scene = await Scene.start();
  const keys: unknown[] = [];
  for (let count = 0; count < 9; count++) keys.push((await scene.login(edAccount)).body["apiKey"]);
  const works = async (key: unknown) => (await scene.inscribe(key)).status === 200;
  assertEquals(await Promise.all(keys.map(works)), [false, ...Array(8).fill(true)]);
  const { api_keys: listed } = await scene.server.admin("GET", "/admin/api-keys") as {
    api_keys: { id: string; name: string }[];
  };
  assertEquals(listed.map(({ name }) => name), ["0.0.1001"]);
  await scene.server.admin("DELETE", `/admin/api-keys/${listed[0]?.id}`);
  assertEquals(await Promise.all(keys.map(works)), Array(9).fill(false));
});

Deno.test("a challenge is answered once, by the account that asked for it, in time", async () => {
  const clock = new FakeClock();
  await using scene = await Scene.start(undefined, clock);
  const { id, sign } = edAccount;
  const { message: data } = await scene.challenge(id);
  const answer = { id, signature: sign(data), data, network: "testnet" };
  assertEquals((await scene.authenticate({ ...answer, id: ecdsaAccount.id })).status, 401);
  assertEquals((await scene.authenticate(answer)).status, 200);
  assertEquals((await scene.authenticate(answer)).status, 401);
  const { message: late } = await scene.challenge(id);
  await clock.advance(5 * 60_000);
  const { status, body } = await scene.authenticate({ ...answer, data: late, signature: sign(late) });
  assertEquals([status, body.error?.code], [401, "unauthorized"]);
  const own = `Sign in to Heliograph as ${id}, once, until tomorrow: x`;
  assertEquals((await scene.authenticate({ ...answer, data: own, signature: sign(own) })).status, 401);
});

Deno.test("what is not by the account's key is refused, and uses the challenge up", async () => {
  await using scene = await Scene.start();
  const { id } = edAccount;
  for (const signature of [ecdsaAccount.sign("x"), "00".repeat(64), edAccount.sign("another text")]) {
    const { message: data } = await scene.challenge(id);
    const { status, body } = await scene.authenticate({ id, signature, data, network: "testnet" });
    assertEquals([status, body.error?.code], [401, "unauthorized"]);
    assert(String(body["message"]).includes(id));
  }
  const unknown = { ...edAccount, id: "0.0.9" };
  assertEquals((await scene.login(unknown)).status, 401);
});

Deno.test("what is no login is refused before anybody is asked", async () => {
  await using scene = await Scene.start();
  const { message: data } = await scene.challenge(edAccount.id);
  const good = { id: edAccount.id, signature: edAccount.sign(data), data, network: "testnet" };
  for (
    const bad of [
      undefined,
      {},
      { ...good, signature: "zz" },
      { ...good, signature: `${good.signature}00` },
      { ...good, id: "../../etc" },
      { ...good, network: "devnet" },
      { ...good, data: "x".repeat(501) },
    ]
  ) {
    assertEquals((await scene.authenticate(bad)).status, 400);
  }
  for (const id of [undefined, "", "1001", "0.0.1001/../x", "0.0.x"]) {
    assertEquals((await scene.challenge(id)).status, 400);
  }
  assertEquals(scene.mirror.asked, []);
});

Deno.test("an address has sixteen challenges open at once, and new ones when those are over", async () => {
  const clock = new FakeClock();
  await using scene = await Scene.start(undefined, clock);
  for (let count = 0; count < 16; count++) assertEquals((await scene.challenge(edAccount.id)).status, 200);
  const { status, retryAfter } = await scene.challenge(edAccount.id);
  assertEquals([status, retryAfter], [429, "300"]);
  await clock.advance(5 * 60_000);
  assertEquals((await scene.login(edAccount)).status, 200);
});

Deno.test("a mirror node that fails or talks nonsense lets nobody in", async () => {
  await using scene = await Scene.start();
  const answers: [() => Response, number][] = [
    [() => new Response("busy", { status: 500 }), 503],
    [() => new Response("<html>"), 503],
    [() => new Response("x".repeat(100_000)), 503],
    [() => Response.redirect("http://127.0.0.1:1/"), 503],
    [() => Response.json({}), 401],
    [() => Response.json({ key: { _type: "ProtobufEncoded", key: "2a" } }), 401],
    [() => Response.json({ key: { _type: "ED25519", key: "00" } }), 401],
    [() => Response.json({ key: { _type: "ECDSA_SECP256K1", key: "00".repeat(33) } }), 401],
  ];
  for (const [instead, expected] of answers) {
    scene.mirror.instead = instead;
    assertEquals((await scene.login(edAccount)).status, expected);
  }
});

Deno.test("with any source whoever asks gets a key, and without one nobody does", async () => {
  await using open = await Scene.start("any");
  const { message: data } = await open.challenge("0.0.77");
  const { status } = await open.authenticate({ id: "0.0.77", signature: "00".repeat(64), data });
  assertEquals([status, open.mirror.asked], [200, []]);
  await using server = await startGateway();
  for (const [path, method] of [["request-signature", "GET"], ["authenticate", "POST"]] as const) {
    const response = await fetch(`${server.url}/api/auth/${path}`, { method });
    assertEquals(response.status, 404);
    assert((await response.json()).message.includes("--inscriptions.account_auth"));
  }
});
