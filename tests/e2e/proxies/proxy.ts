import { Agent } from "node:https";
import type { ManagerOptions, SocketOptions } from "socket.io-client";
import { Authority } from "../../helpers/certificates.ts";
import { JobPeer } from "../../helpers/job_scene.ts";
import { Peer } from "../../helpers/peer.ts";
import { TemporaryFolder } from "../../helpers/process.ts";
import type { ProxyKind } from "./proxy_kinds.ts";
import { ProxyProcess } from "./proxy_process.ts";

type SocketIoOptions = Partial<ManagerOptions & SocketOptions>;

/** A real proxy with the shipped configuration, in a process of its own on free ports, and clients that go through it. */
export class Proxy implements AsyncDisposable {
  readonly #folder: TemporaryFolder;
  readonly #process: ProxyProcess;
  readonly #authority: string;
  readonly #clients: Deno.HttpClient[] = [];
  /** A client of one address, which trusts the proxy's certificate. */
  readonly client: Deno.HttpClient;

  private constructor(folder: TemporaryFolder, authority: string, process: ProxyProcess) {
    this.#folder = folder;
    this.#authority = authority;
    this.#process = process;
    this.client = this.clientFrom("127.0.0.1");
  }

  /** Starts one in front of the gateways with these URLs. */
  static async start(kind: ProxyKind, urls: readonly string[]): Promise<Proxy> {
    const folder = await TemporaryFolder.make();
    try {
      const authority = await makeCertificate(folder.path);
      const instances = urls.map((url) => new URL(url).host);
      return new Proxy(folder, authority, await ProxyProcess.start(kind, folder.path, instances));
    } catch (error) {
      await folder[Symbol.asyncDispose]();
      throw error;
    }
  }

  /** The certificate of the authority that the proxy's is of. */
  get authority(): string {
    return this.#authority;
  }

  get url(): string {
    return `https://127.0.0.1:${this.#process.place.httpsPort}`;
  }

  /** Where it listens without TLS. */
  get plainUrl(): string {
    return `http://127.0.0.1:${this.#process.place.httpPort}`;
  }

  /** A client with an address of this machine's own, such as 127.0.0.2. */
  clientFrom(localAddress: string): Deno.HttpClient {
    const client = Deno.createHttpClient({ caCerts: [this.#authority], localAddress });
    this.#clients.push(client);
    return client;
  }

  fetch(path: string, init: RequestInit & { client?: Deno.HttpClient } = {}): Promise<Response> {
    return fetch(`${this.url}${path}`, { client: this.client, redirect: "manual", ...init });
  }

  /** Sends a request as it is and gives the answer's first bytes. */
  async sendRaw(request: string): Promise<string> {
    using connection = await this.connect();
    await connection.write(new TextEncoder().encode(request));
    const buffer = new Uint8Array(16_384);
    return new TextDecoder().decode(buffer.subarray(0, await connection.read(buffer) ?? 0));
  }

  /** Opens a connection over TLS. */
  async connect(alpnProtocols: string[] = []): Promise<Deno.TlsConn> {
    const caCerts = [this.#authority];
    return await Deno.connectTls({
      hostname: "127.0.0.1",
      port: this.#process.place.httpsPort,
      caCerts,
      alpnProtocols,
    });
  }

  /** A WebSocket that is open. */
  async open(path: string, client = this.client): Promise<Peer> {
    const peer = new Peer(`${this.url.replace("http", "ws")}${path}`, { client });
    await peer.opened;
    return peer;
  }

  /** npm's Socket.IO client. */
  jobPeer(apiKey: string, options: SocketIoOptions = {}, localAddress = "127.0.0.1"): JobPeer {
    const agent = new Agent({ localAddress, ca: this.#authority });
    // Their types know the agents of browsers' polyfills alone.
    return new JobPeer(this.url, { apiKey }, { ca: this.#authority, agent: agent as never, ...options });
  }

  /** Has it read its configuration again, and resolves when new processes serve new connections. */
  reload(): Promise<void> {
    return this.#process.reload();
  }

  /** Gives HAProxy a command, where its kind has it listen in its folder for some. */
  async steer(command: string): Promise<void> {
    using connection = await Deno.connect({ transport: "unix", path: `${this.#folder.path}/steering` });
    await connection.write(new TextEncoder().encode(`${command}\n`));
    const answer = new Uint8Array(1024);
    const said = new TextDecoder().decode(answer.subarray(0, await connection.read(answer) ?? 0)).trim();
    if (said !== "") throw new Error(`Cannot steer the proxy: ${said}`);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const client of this.#clients) client.close();
    await this.#process.end();
    await this.#folder[Symbol.asyncDispose]();
  }
}

async function makeCertificate(folder: string): Promise<string> {
  const authority = await Authority.make(folder, "authority");
  await authority.issue();
  const both = await Promise.all(
    ["cert.pem", "key.pem"].map((name) => Deno.readTextFile(`${folder}/${name}`)),
  );
  await Deno.writeTextFile(`${folder}/both.pem`, both.join(""));
  return authority.pem;
}
