import type { ConsoleState, ToldSession } from "../../protocol/mod.ts";

/** Nobody asked for it. */
const inBackground = { headers: { "x-background": "1" } };

/** A request that was refused. */
export class ApiError extends Error {
  override readonly name = "ApiError";

  constructor(message: string, readonly status: number, readonly code: string) {
    super(message);
  }
}

/** An action as it is asked for. */
export interface Change {
  readonly method: "POST" | "PUT" | "DELETE";
  /** Below the server's root, without a slash before it. */
  readonly path: string;
  readonly body?: unknown;
}

/** The operators' API, with the cookie of a session. */
export class Api {
  #csrf = "";
  /** Aborted when the session is given up or over: the server would refuse what is asked from then on. */
  #asking = new AbortController();
  readonly #ended: () => void;

  /** `ended` is called when the server knows the session no more. */
  constructor(ended: () => void) {
    this.#ended = ended;
  }

  /** Asks who is logged in. */
  async session(background = false): Promise<ConsoleState> {
    const answer = await this.#ask<ConsoleState>("console/session", background ? inBackground : {});
    if (answer.session !== null) this.#keep(answer.session);
    return answer;
  }

  /** The session is over. */
  end(): void {
    this.#asking.abort(new Error("You are logged out"));
    this.#ended();
  }

  async login(token: string): Promise<ToldSession> {
    return this.#keep(await this.#ask<ToldSession>("console/login", post({ token })));
  }

  async unlock(token: string): Promise<ToldSession> {
    return this.#keep(await this.change<ToldSession>({ ...post({ token }), path: "console/unlock" }));
  }

  /** Asks nothing more, but where it fails: then the session goes on. */
  async logout(everywhere = false): Promise<void> {
    this.#asking.abort(new Error("You are logging out"));
    const headers = { "x-csrf-token": this.#csrf };
    try {
      await this.#ask(`console/logout${everywhere ? "?everywhere=true" : ""}`, { method: "POST", headers });
    } catch (error) {
      if (!(error instanceof ApiError && error.status === 401)) {
        this.#asking = new AbortController();
        throw error;
      }
    }
    this.end();
  }

  /** `background`: nobody asked for it, so that it keeps no session alive. */
  async get<T>(path: string, background = false): Promise<T> {
    return await this.#guarded<T>(path, background ? inBackground : {});
  }

  /** The same as text, as files are. */
  async text(path: string): Promise<string> {
    return await this.#guarded(path, {}, (answer) => answer.text());
  }

  async change<T = unknown>({ method, path, body }: Change & { readonly body?: unknown }): Promise<T> {
    return await this.#guarded<T>(path, {
      method,
      headers: { "x-csrf-token": this.#csrf },
      ...(body === undefined ? {} : { body: typeof body === "string" ? body : JSON.stringify(body) }),
    });
  }

  async #guarded<T>(
    path: string,
    init: RequestInit,
    read?: (answer: Response) => Promise<T>,
  ): Promise<T> {
    try {
      return await this.#ask<T>(path, { ...init, signal: this.#asking.signal }, read);
    } catch (error) {
      const isWrongToken = path === "console/unlock";
      if (error instanceof ApiError && error.status === 401 && !isWrongToken) this.end();
      throw error;
    }
  }

  async #ask<T>(
    path: string,
    init: RequestInit,
    read = (answer: Response): Promise<T> => answer.json(),
  ): Promise<T> {
    const answer = await fetch(new URL(path, document.baseURI), init);
    if (answer.ok) return await read(answer);
    const body = await answer.json().catch(() => ({}));
    const { code = "unknown", message = `The server answered ${answer.status}` } = body.error ?? {};
    throw new ApiError(message, answer.status, code);
  }

  #keep(session: ToldSession): ToldSession {
    this.#csrf = session.csrf;
    if (this.#asking.signal.aborted) this.#asking = new AbortController();
    return session;
  }
}

function post(body: unknown) {
  return { method: "POST" as const, body: JSON.stringify(body) };
}

/** Characters of a body that are shown in a command. */
const longestShown = 4000;

/** The command that does the same. */
export function curlOf({ method, path, body }: Change): string {
  const url = new URL(path, document.baseURI).href;
  const head = `curl -X ${method} '${url}' -H "authorization: Bearer $HELIOGRAPH_ADMIN_TOKEN"`;
  if (body === undefined) return head;
  const text = typeof body === "string" ? body : JSON.stringify(body);
  if (text.length > longestShown) return `${head} -d @body.json`;
  return `${head} -d '${text.replaceAll("'", String.raw`'\''`)}'`;
}
