import type { Store } from "../engine/mod.ts";
import { afterAbout, type Clock, type GatewayActivity, type Timer } from "../protocol/mod.ts";
import type { Validator } from "../validator/mod.ts";
import type { MetricReadings } from "../telemetry/mod.ts";
import { AlertWatch } from "./alerts/alert_watch.ts";
import { Webhook } from "./alerts/webhook.ts";
import { AuditLog } from "./audit_log.ts";
import { ConsoleSessions } from "./console_sessions.ts";
import { EventFeed } from "./event_feed.ts";
import { Judgements } from "./judgements.ts";
import { MinerHistory } from "./miner_history.ts";
import { OddsHistory } from "./odds_history.ts";

const activityEvery = 2000;

/** What a {@link ConsoleService} works with. */
interface ConsoleServiceOptions {
  readonly store: Store;
  readonly clock: Clock;
  readonly validator: Validator;
  /** Under which its history is kept. */
  readonly server: () => string;
  /** Undefined where none is configured: nobody can log in. */
  readonly token: string | undefined;
  /** What the gateway does just now. */
  readonly activity: () => Promise<GatewayActivity | undefined>;
  /** What all metrics stand at now. */
  readonly readings: () => MetricReadings;
  /** Where alerts are told; undefined: nowhere. */
  readonly webhook: string | undefined;
  /** How alerts call this server. */
  readonly instance: string;
}

/** What stands behind the operators' page: who is logged in, what they did, and what they are told of. */
export class ConsoleService {
  readonly feed = new EventFeed();
  readonly judgements: Judgements;
  readonly history: MinerHistory;
  readonly odds: OddsHistory;
  readonly audit: AuditLog;
  readonly sessions: ConsoleSessions | undefined;
  readonly alerts: AlertWatch;
  readonly webhook: Webhook | undefined;
  readonly instance: string;
  readonly #options: ConsoleServiceOptions;
  #timer: Timer | undefined;
  #closed = false;

  constructor(options: ConsoleServiceOptions) {
    const { store, clock, server, token, readings, webhook, instance } = options;
    this.#options = options;
    this.judgements = new Judgements({ clock, feed: this.feed });
    this.history = new MinerHistory({ store, clock, server });
    this.odds = new OddsHistory({ store, clock });
    this.audit = new AuditLog(store);
    this.sessions = token === undefined ? undefined : new ConsoleSessions({ store, clock, token });
    this.alerts = new AlertWatch({ clock, readings });
    this.instance = instance;
    this.webhook = webhook === undefined ? undefined : new Webhook({ url: webhook, clock, instance });
  }

  async start(): Promise<void> {
    const { validator } = this.#options;
    await this.history.start();
    validator.onJudged((judged) => {
      this.judgements.add(judged);
      this.history.count(judged.hotkey, judged.verdict.accepted);
    });
    validator.games.onPublished((games, at) => {
      for (const { fields } of games) this.odds.add(fields, at);
    });
    validator.registry.onChange(() => this.feed.emit("miners", {}));
    this.audit.onRecord((record) => this.feed.emit("audit", record));
    this.alerts.onNews(({ fired, ended }) => {
      this.feed.emit("alerts", { firing: this.alerts.firing });
      this.webhook?.tell([...fired, ...ended]);
    });
    this.#schedule();
  }

  /** Keeps what is known. Never rejects. */
  async stop(): Promise<void> {
    await Promise.all([this.history.stop(), this.odds.settle()]);
  }

  close(): void {
    this.#closed = true;
    this.#timer?.cancel();
    this.judgements.close();
    this.odds.close();
    this.alerts.close();
    this.webhook?.close();
  }

  /** What the gateway does just now. */
  async activity(): Promise<unknown> {
    return await this.#options.activity();
  }

  #schedule(): void {
    this.#timer = afterAbout(this.#options.clock, activityEvery, () => {
      void this.#tell().finally(() => this.#closed || this.#schedule());
    });
  }

  async #tell(): Promise<void> {
    if (this.feed.isUnheard) return;
    const activity = await this.activity();
    if (activity !== undefined) this.feed.emit("activity", activity);
  }
}
