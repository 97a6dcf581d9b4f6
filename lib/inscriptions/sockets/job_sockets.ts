import type { PeerInfo } from "../../socketio/mod.ts";
import type { JobSocketParts, JobSocketServer } from "./job_socket_server.ts";

/** Bytes of the largest message: a file of 2 MiB in base64, and what goes with it. */
export const maxJobMessage = 3 * 1024 * 1024;

/** The jobs' Socket.IO server, loaded when the first client comes: npm's code takes a third of the time to start. */
export class JobSockets {
  readonly #parts: JobSocketParts;
  #loading: Promise<JobSocketServer> | undefined;
  #server: JobSocketServer | undefined;
  #closing: Promise<void> | undefined;

  constructor(parts: JobSocketParts) {
    this.#parts = parts;
  }

  /** Open sessions. */
  get size(): number {
    return this.#server?.size ?? 0;
  }

  /** Open sessions by what carries them now. */
  get transports(): { readonly polling: number; readonly websocket: number } {
    return this.#server?.transports ?? { polling: 0, websocket: 0 };
  }

  /** Takes no more sessions. */
  stopAdmitting(): void {
    this.#server?.stopAdmitting();
  }

  /** Serves a request below `/socket.io`. */
  async handle(request: Request, info: PeerInfo): Promise<Response> {
    const server = this.#server ?? await (this.#loading ??= this.#load());
    return await server.handle(request, info);
  }

  /** Ends what is left, and gives everything back. */
  close(): Promise<void> {
    return this.#closing ??= this.#close();
  }

  async #load(): Promise<JobSocketServer> {
    const { JobSocketServer } = await import("./job_socket_server.ts");
    this.#server = new JobSocketServer(this.#parts);
    if (this.#closing !== undefined) await this.#server.close();
    return this.#server;
  }

  async #close(): Promise<void> {
    await this.#loading;
    await this.#server?.close();
  }
}
