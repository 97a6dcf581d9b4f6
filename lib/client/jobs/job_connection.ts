import { Reconnector } from "../reconnector.ts";
import { JobError } from "./job_error.ts";
import type { JobRequests } from "./job_requests.ts";
import { chooseServer, type JobUrls } from "./job_servers.ts";
import { type Ask, JobSocket, type SocketFactory } from "./job_socket.ts";
import type { JobSettings } from "./options.ts";

/** What a connection tells about. */
interface JobConnectionEvents {
  /** Requests can be made from now on. */
  readonly up: () => void;
  /**
   * The connection, or an attempt at one, has ended, and is tried again unless the error says that it is of no use.
   * `heard`: the server had said something by it.
   */
  readonly down: (error: JobError, heard: boolean) => void;
  readonly event: (name: string, value: unknown) => void;
}

/** Keeps one Socket.IO connection for as long as it is wanted. */
export class JobConnection {
  readonly #settings: JobSettings;
  readonly #requests: JobRequests;
  readonly #events: JobConnectionEvents;
  readonly #reconnector: Reconnector;
  #wanted = false;
  #isUp = false;
  #heard = false;
  /** Names the attempt under way, so that an abandoned one does nothing more. */
  #attempt: object | undefined;
  #socket: JobSocket | undefined;

  constructor(settings: JobSettings, requests: JobRequests, events: JobConnectionEvents) {
    this.#settings = settings;
    this.#requests = requests;
    this.#events = events;
    this.#reconnector = new Reconnector(settings, () => this.#connect());
  }

  get isUp(): boolean {
    return this.#isUp;
  }

  /** Connects, unless that was done already. */
  want(): void {
    if (this.#wanted) return;
    this.#wanted = true;
    if (this.#attempt === undefined) this.#connect();
  }

  /** A connection that there is stays; a lost one is not replaced. */
  rest(): void {
    this.#wanted = false;
    this.#reconnector.cancel();
    if (!this.#isUp) this.#abandon();
  }

  ask(event: string, payload: unknown, { timeoutMs, answered }: Ask): void {
    this.#socket?.ask(event, payload, {
      timeoutMs,
      answered: (answer) => {
        this.#heard = true;
        answered(answer);
      },
    });
  }

  close(): void {
    this.#wanted = false;
    this.#reconnector.cancel();
    this.#abandon();
  }

  #abandon(): void {
    this.#attempt = undefined;
    this.#isUp = this.#heard = false;
    this.#reconnector.lost();
    this.#socket?.close();
    this.#socket = undefined;
  }

  #connect(): void {
    const attempt = this.#attempt = {};
    void this.#open(attempt).catch((cause) => {
      if (this.#attempt !== attempt) return;
      const reason = cause instanceof Error ? cause.message : String(cause);
      const message = `Cannot connect to ${this.#settings.urls.http}: ${reason}`;
      this.#ended(new JobError("unreachable", message, { cause }));
    });
  }

  async #open(attempt: object): Promise<void> {
    const io = this.#settings.io ?? await loadSocketIo();
    const urls = await this.#choose();
    if (this.#attempt !== attempt) return;
    const { clock, apiKey, connectTimeoutMs: timeoutMs } = this.#settings;
    this.#socket = new JobSocket({ clock, urls, apiKey, io, timeoutMs }, {
      connected: () => this.#connected(),
      event: this.#events.event,
      ended: (error) => this.#ended(error),
    });
  }

  /** The URL itself serves where the list of instances is not to be had. */
  async #choose(): Promise<JobUrls> {
    const { discover, urls } = this.#settings;
    if (!discover) return urls;
    try {
      return chooseServer(await this.#requests.servers(), urls) ?? urls;
    } catch {
      return urls;
    }
  }

  #connected(): void {
    this.#isUp = true;
    this.#reconnector.connected();
    this.#events.up();
  }

  #ended(error: JobError): void {
    const heard = this.#heard;
    this.#abandon();
    if (!error.retry) this.#wanted = false;
    const { retryAfterMs } = error;
    if (this.#wanted) this.#reconnector.retry(retryAfterMs === undefined ? "backoff" : { ms: retryAfterMs });
    this.#events.down(error, heard);
  }
}

/** Only when it is needed, since a client that uses HTTP alone does without. */
async function loadSocketIo(): Promise<SocketFactory> {
  const { io } = await import("socket.io-client");
  return (url, options) => io(url, options);
}
