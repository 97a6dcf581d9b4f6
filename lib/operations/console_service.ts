import type { Store } from "../engine/mod.ts";
import type { Clock, GatewayActivity, Timer } from "../protocol/mod.ts";
import type { Validator } from "../validator/mod.ts";
import { AuditLog } from "./audit_log.ts";
import { ConsoleSessions } from "./console_sessions.ts";
import { EventFeed } from "./event_feed.ts";
import { Judgements } from "./judgements.ts";

const activityEvery = 2000;

/** What a {@link ConsoleService} works with. */
export interface ConsoleServiceOptions {
  readonly store: Store;
  readonly clock: Clock;
  readonly validator: Validator;
  /** Undefined where none is configured: nobody can log in. */
  readonly token: string | undefined;
  /** What the gateway does just now. */
  readonly activity: () => Promise<GatewayActivity | undefined>;
}

/** What stands behind the operators' page: who is logged in, what they did, and what they are told of. */
export class ConsoleService {
  readonly feed = new EventFeed();
  readonly judgements: Judgements;
  readonly audit: AuditLog;
  readonly sessions: ConsoleSessions | undefined;
  readonly #options: ConsoleServiceOptions;
  #timer: Timer | undefined;
  #closed = false;

  constructor(options: ConsoleServiceOptions) {
    const { store, clock, token } = options;
    this.#options = options;
    this.judgements = new Judgements({ clock, feed: this.feed });
    this.audit = new AuditLog(store);
    this.sessions = token === undefined ? undefined : new ConsoleSessions({ store, clock, token });
  }

  start(): void {
    const { validator } = this.#options;
    validator.onJudged((judged) => this.judgements.add(judged));
    validator.registry.onChange(() => this.feed.emit("miners", {}));
    this.audit.onRecord((record) => this.feed.emit("audit", record));
    this.#schedule();
  }

  close(): void {
    this.#closed = true;
    this.#timer?.cancel();
    this.judgements.close();
  }

  #schedule(): void {
    this.#timer = this.#options.clock.after(activityEvery, () => {
      void this.#tell().finally(() => this.#closed || this.#schedule());
    });
  }

  async #tell(): Promise<void> {
    if (this.feed.isUnheard) return;
    const activity = await this.#options.activity();
    if (activity !== undefined) this.feed.emit("activity", activity);
  }
}
