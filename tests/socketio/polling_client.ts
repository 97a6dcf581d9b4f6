/** What came back. */
interface Answer {
  readonly status: number;
  readonly body: string;
  readonly headers: Headers;
}

/** What a handshake says. */
export interface Handshake {
  readonly sid: string;
  readonly upgrades: readonly string[];
  readonly pingInterval: number;
  readonly pingTimeout: number;
  readonly maxPayload: number;
}

/** A request whose answer is read to its end. */
export async function ask(url: string, init?: RequestInit): Promise<Answer> {
  const response = await fetch(url, init);
  return { status: response.status, body: await response.text(), headers: response.headers };
}

/** Long polling by hand. */
export class PollingClient {
  readonly url: string;
  readonly handshake: Handshake;

  private constructor(origin: string, handshake: Handshake) {
    this.url = `${origin}/socket.io/?EIO=4&transport=polling&sid=${handshake.sid}`;
    this.handshake = handshake;
  }

  static async open(origin: string, headers: HeadersInit = {}): Promise<PollingClient> {
    const { status, body } = await ask(`${origin}/socket.io/?EIO=4&transport=polling`, { headers });
    if (status !== 200) throw new Error(`Cannot open a session: ${status} ${body}`);
    return new PollingClient(origin, JSON.parse(body.slice(1)));
  }

  get sid(): string {
    return this.handshake.sid;
  }

  /** Where a WebSocket takes over. */
  get upgradeUrl(): string {
    return this.url.replace("http", "ws").replace("polling", "websocket");
  }

  poll(signal?: AbortSignal): Promise<Answer> {
    return ask(this.url, signal === undefined ? {} : { signal });
  }

  /** The packets that the next poll brings. */
  async packets(): Promise<string[]> {
    const { status, body } = await this.poll();
    if (status !== 200) throw new Error(`Cannot poll: ${status} ${body}`);
    return body.split("\x1e");
  }

  post(
    body: BodyInit,
    headers: HeadersInit = { "content-type": "text/plain;charset=UTF-8" },
  ): Promise<Answer> {
    return ask(this.url, { method: "POST", body, headers });
  }
}
