import { type Envelope, type ExactObject, isObject, parseMessage, renderSigned } from "../protocol/mod.ts";
import type { Context } from "./context.ts";
import { type Failure, readHttpError } from "./failures.ts";
import type { Courier } from "./flights.ts";
import type { HttpAnswer, HttpLink } from "./http_link.ts";
import { reportUnreadable, type ValidatorIdentity } from "./identity.ts";
import type { SignedMessage } from "./signer.ts";

const timeoutMs = 30_000;

/** What comes of a request. */
export interface HttpEvents {
  readonly message: (envelope: Envelope, text: string) => void;
  readonly failure: (failure: Failure) => void;
}

/** Carries predictions in HTTP requests, whose answers hold the confirmations. */
export class HttpCourier implements Courier {
  readonly name = "HTTP";
  readonly #context: Context;
  readonly #link: HttpLink;
  readonly #identity: ValidatorIdentity;
  readonly #events: HttpEvents;
  readonly #stop = new AbortController();

  constructor(context: Context, link: HttpLink, identity: ValidatorIdentity, events: HttpEvents) {
    this.#context = context;
    this.#link = link;
    this.#identity = identity;
    this.#events = events;
  }

  post(message: SignedMessage): void {
    void this.#post(message);
  }

  /** Gives up on requests that are under way. */
  stop(): void {
    this.#stop.abort();
  }

  /** Takes the signed confirmations of an answer. False: it holds none. */
  accept({ text }: HttpAnswer): boolean {
    const confirmations = confirmationsIn(text);
    for (const confirmation of confirmations ?? []) {
      try {
        this.#events.message(this.#identity.open(confirmation), renderSigned(confirmation));
      } catch (error) {
        reportUnreadable(this.#context, error);
      }
    }
    return confirmations !== undefined;
  }

  async #post({ nonce, frame }: SignedMessage): Promise<void> {
    const request = {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: frame,
      timeoutMs,
    };
    try {
      const answer = await this.#link.request("/api/v1/predictions", request, this.#stop.signal);
      if (this.accept(answer)) return;
      this.#events.failure({ ...readHttpError(answer.response, bodyOf(answer.text)), inReplyTo: nonce });
    } catch (error) {
      if (this.#stop.signal.aborted) return;
      const message = `Cannot send over HTTP: ${error instanceof Error ? error.message : error}`;
      this.#events.failure({ code: "unreachable", message, verdict: "later", inReplyTo: nonce });
    }
  }
}

/** One confirmation is the answer itself, several are a list in it. */
function confirmationsIn(text: string): ExactObject[] | undefined {
  const body = bodyOf(text);
  if (body?.["type"] === "confirmation") return [body];
  const list = body?.["confirmations"];
  return Array.isArray(list) ? list.filter(isObject) : undefined;
}

function bodyOf(text: string): ExactObject | undefined {
  try {
    return parseMessage(text);
  } catch {
    return undefined;
  }
}
