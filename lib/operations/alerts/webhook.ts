import { type Clock, FirstSignal, sha256Hex, sleep } from "../../protocol/mod.ts";
import { logger } from "../../telemetry/mod.ts";
import { type Alert, keyOf } from "./alert_book.ts";
import { descriptionOf } from "./rules.ts";
import { filled } from "./template.ts";

const log = logger("operations");

/** Milliseconds for one attempt, and between attempts. */
const patience = 10_000;
const pauses = [1000, 5000, 25_000];
/** Alerts that wait for a receiver which does not answer; of more the oldest are not told. */
const mostWaiting = 100;

/** What became of a message. */
export interface Delivery {
  /** Milliseconds since the Unix epoch. */
  readonly at: number;
  readonly attempts: number;
  /** Of the last answer; null where there was none. */
  readonly status: number | null;
  /** What is wrong, in words; null where it was taken. */
  readonly problem: string | null;
}

/** What a {@link Webhook} works with. */
interface WebhookOptions {
  readonly url: string;
  readonly clock: Clock;
  /** How alerts call this server. */
  readonly instance: string;
  readonly fetch?: typeof fetch;
}

/**
 * Tells the operator's own receiver of alerts, in the words of Alertmanager's webhook, version 4. Where it is comes from the
 * configuration alone: no redirect is followed, and nothing of the answer is read but its status.
 */
export class Webhook {
  readonly #options: WebhookOptions;
  readonly #waiting = new Map<string, Alert>();
  readonly #closing = new AbortController();
  #telling: Promise<void> | undefined;
  #last: Delivery | null = null;

  constructor(options: WebhookOptions) {
    this.#options = options;
  }

  /** Where it is, without what may be secret of it. */
  get host(): string {
    return new URL(this.#options.url).host;
  }

  /** What became of the last message. */
  get last(): Delivery | null {
    return this.#last;
  }

  /** Tells of alerts, after those before them; what changes while the receiver does not answer is told as it then is. */
  tell(alerts: readonly Alert[]): void {
    for (const alert of alerts) {
      const key = keyOf(alert);
      this.#waiting.delete(key);
      this.#waiting.set(key, alert);
    }
    for (const key of this.#waiting.keys()) {
      if (this.#waiting.size <= mostWaiting) break;
      this.#waiting.delete(key);
    }
    this.#telling ??= this.#tellAll().finally(() => this.#telling = undefined);
  }

  /** Sends a message that is no alert, once, and answers what became of it. */
  async test(): Promise<Delivery> {
    const { clock, instance } = this.#options;
    const at = new Date(clock.now()).toISOString();
    return await this.#deliver([{
      status: "firing",
      labels: { alertname: "HeliographTest", severity: "none", instance },
      annotations: { summary: `${instance} tries its webhook`, description: "Nothing is wrong." },
      startsAt: at,
      endsAt: zeroTime,
    }], 1);
  }

  /** Resolves when nothing is being told. */
  async settled(): Promise<void> {
    await this.#telling;
  }

  close(): void {
    this.#closing.abort(new DOMException("the server stops", "AbortError"));
  }

  async #tellAll(): Promise<void> {
    while (this.#waiting.size > 0 && !this.#closing.signal.aborted) {
      const alerts = [...this.#waiting.values()];
      this.#waiting.clear();
      const told = alerts.map((alert) => describe(alert, this.#options.instance));
      const { problem, attempts } = await this.#deliver(told, pauses.length + 1);
      if (problem === null) continue;
      log.warning("The webhook was not told of {count} alerts in {attempts} attempts: {problem}", {
        count: alerts.length,
        attempts,
        problem,
      });
    }
  }

  async #deliver(alerts: readonly TellableAlert[], most: number): Promise<Delivery> {
    const { clock } = this.#options;
    const body = JSON.stringify(envelopeOf(alerts, this.#options.instance));
    for (let attempts = 1;; attempts += 1) {
      const outcome = await this.#post(body);
      const delivery = this.#last = { at: clock.now(), attempts, ...outcome };
      const mayHelp = outcome.status === null || outcome.status >= 500 || outcome.status === 429;
      if (outcome.problem === null || !mayHelp || attempts >= most) return delivery;
      await sleep(clock, pauses[attempts - 1] ?? 0, this.#closing.signal);
      if (this.#closing.signal.aborted) return delivery;
    }
  }

  async #post(body: string): Promise<Pick<Delivery, "status" | "problem">> {
    const { url, clock, fetch: ask = fetch } = this.#options;
    const late = new AbortController();
    const timer = clock.after(
      patience,
      () => late.abort(new DOMException("no answer in 10 s", "TimeoutError")),
    );
    using first = new FirstSignal(late.signal, this.#closing.signal);
    try {
      const answer = await ask(url, {
        method: "POST",
        headers: { "content-type": "application/json" },
        body,
        redirect: "manual",
        signal: first.signal,
      });
      await answer.body?.cancel();
      const { ok, status } = answer;
      return { status, problem: ok ? null : `it answered ${status}` };
    } catch (error) {
      // Nothing of the address, which may have a secret in it.
      const problem = late.signal.aborted ? "no answer in 10 s" : "it cannot be reached";
      log.debug("The webhook failed: {name}", { name: (error as Error).name });
      return { status: null, problem };
    } finally {
      timer.cancel();
    }
  }
}

/** What Alertmanager calls a time that has not come. */
const zeroTime = "0001-01-01T00:00:00Z";

interface TellableAlert {
  readonly status: "firing" | "resolved";
  readonly labels: Readonly<Record<string, string>>;
  readonly annotations: { readonly summary: string; readonly description: string };
  readonly startsAt: string;
  readonly endsAt: string;
}

/** An alert as Alertmanager tells of it. */
function describe({ rule, labels, value, since, endedAt }: Alert, instance: string): TellableAlert {
  const named = { instance, ...labels };
  return {
    status: endedAt === null ? "firing" : "resolved",
    labels: { alertname: rule.name, severity: rule.severity, ...named },
    annotations: {
      summary: filled(rule.summary, named, value),
      description: filled(descriptionOf(rule), named, value),
    },
    startsAt: new Date(since).toISOString(),
    endsAt: endedAt === null ? zeroTime : new Date(endedAt).toISOString(),
  };
}

function envelopeOf(alerts: readonly TellableAlert[], instance: string) {
  return {
    version: "4",
    groupKey: `{}:{instance="${instance}"}`,
    truncatedAlerts: 0,
    status: alerts.some(({ status }) => status === "firing") ? "firing" : "resolved",
    receiver: "heliograph",
    groupLabels: { instance },
    commonLabels: { instance },
    commonAnnotations: {},
    externalURL: "",
    alerts: alerts.map((alert) => ({
      ...alert,
      generatorURL: "",
      fingerprint: sha256Hex(JSON.stringify(alert.labels)).slice(0, 16),
    })),
  };
}
