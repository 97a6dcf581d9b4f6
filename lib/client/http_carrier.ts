import { type Envelope, type ExactObject, isObject, parseMessage, renderSigned } from "../protocol/mod.ts";
import type { Context } from "./context.ts";
import { type Failure, readHttpError } from "./failures.ts";
import type { Carrier } from "./flights.ts";
import { HttpRefusal, type HttpRequests } from "./http_requests.ts";
import { reportUnreadable, type ValidatorIdentity } from "./identity.ts";
import type { SignedMessage } from "./signer.ts";

const timeoutMs = 30_000;

/** What comes of a request. */
interface HttpEvents {
  readonly message: (envelope: Envelope, text: string) => void;
  readonly failure: (failure: Failure) => void;
}

/** Carries predictions in HTTP requests, whose answers hold the confirmations. */
export class HttpCarrier implements Carrier {
  readonly name = "HTTP";
  readonly #context: Context;
  readonly #requests: HttpRequests;
  readonly #identity: ValidatorIdentity;
  readonly #events: HttpEvents;
  readonly #stop = new AbortController();

  constructor(context: Context, requests: HttpRequests, identity: ValidatorIdentity, events: HttpEvents) {
    this.#context = context;
    this.#requests = requests;
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
  accept(text: string): boolean {
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
    const headers = { "content-type": "application/json" };
    const request = { method: "POST", headers, body: frame, timeoutMs };
    try {
      const text = await this.#requests.ask("/api/v1/predictions", request, this.#stop.signal);
      if (!this.accept(text)) throw new TypeError("the answer holds no confirmation");
    } catch (error) {
      if (this.#stop.signal.aborted) return;
      // A refusal of the prediction itself is a signed confirmation too.
      if (error instanceof HttpRefusal && this.accept(error.text)) return;
      this.#events.failure({ ...failureOf(error), inReplyTo: nonce });
    }
  }
}

function failureOf(error: unknown): Failure {
  if (error instanceof HttpRefusal) return readHttpError(error);
  const message = `Cannot send over HTTP: ${error instanceof Error ? error.message : error}`;
  return { code: "unreachable", message, verdict: "later" };
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
