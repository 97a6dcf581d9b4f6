import type { Labels, MetricName, Sample } from "../../telemetry/mod.ts";
import type { Finding } from "./condition.ts";
import { milliseconds } from "./expression.ts";
import { MetricPast } from "./past.ts";
import type { AlertRule } from "./rules.ts";

/** Something that a rule was made for. */
export interface Alert {
  readonly rule: AlertRule;
  readonly labels: Labels;
  /** Whether it has held for as long as the rule says. */
  readonly state: "pending" | "firing";
  /** Since when it holds, in milliseconds since the Unix epoch. */
  readonly since: number;
  /** Where it stands, or stood when it last held. */
  readonly value: number;
  readonly threshold: number;
  /** When it was over, in milliseconds since the Unix epoch; null while it is not. */
  readonly endedAt: number | null;
}

/** What tells alerts apart that hold at the same time. */
export function keyOf({ rule, labels }: Pick<Alert, "rule" | "labels">): string {
  return `${rule.name} ${JSON.stringify(labels)}`;
}

/** What has changed: what fires now, and what has fired and is over. */
export interface AlertNews {
  readonly fired: readonly Alert[];
  readonly ended: readonly Alert[];
}

/** A moment by both clocks, in milliseconds: `elapsed` is never set, `now` is since the Unix epoch. */
interface Moment {
  readonly elapsed: number;
  readonly now: number;
}

interface Active {
  readonly alert: Alert;
  readonly sinceElapsed: number;
}

/** How far back rules look, in milliseconds, and two samples more. */
const span = 31 * 60_000;
const keptEnded = 50;

/** Judges rules by what metrics stood at, and knows since when each holds. */
export class AlertBook {
  readonly rules: readonly AlertRule[];
  readonly #past = new MetricPast(span);
  readonly #active = new Map<string, Active>();
  readonly #findings = new Map<AlertRule, readonly Finding[]>();
  #ended: readonly Alert[] = [];

  constructor(rules: readonly AlertRule[]) {
    this.rules = rules;
  }

  /** The metrics that rules are judged by. */
  get reads(): ReadonlySet<MetricName> {
    return new Set(this.rules.flatMap(({ when }) => when.reads));
  }

  /** What holds now, in the order of the rules. */
  get alerts(): readonly Alert[] {
    const found = [...this.#active.values()].map(({ alert }) => alert);
    return this.rules.flatMap((rule) => found.filter((alert) => alert.rule === rule));
  }

  /** What fired and is over, the newest first. */
  get ended(): readonly Alert[] {
    return this.#ended;
  }

  /** How a rule stands: the finding that is nearest to an alert; undefined where nothing is known. */
  nearest(rule: AlertRule): Finding | undefined {
    const findings = this.#findings.get(rule) ?? [];
    return findings.find(({ holds }) => holds) ?? findings.toSorted((a, b) => b.value - a.value)[0];
  }

  /** Takes in what is known of the time before the first judgement. */
  recall(elapsed: number, samples: Iterable<Sample>): void {
    this.#past.add(elapsed, samples);
  }

  /** Judges every rule by what metrics stand at now, and answers what has changed. */
  take(moment: Moment, samples: Iterable<Sample>): AlertNews {
    this.#past.add(moment.elapsed, samples);
    const fired: Alert[] = [];
    const holding = new Set<string>();
    for (const rule of this.rules) {
      const findings = rule.when.evaluate(this.#past);
      this.#findings.set(rule, findings);
      for (const finding of findings.filter(({ holds }) => holds)) {
        const key = keyOf({ rule, labels: finding.labels });
        holding.add(key);
        const before = this.#active.get(key);
        const alert = this.#hold(key, rule, finding, moment);
        if (alert.state === "firing" && before?.alert.state !== "firing") fired.push(alert);
      }
    }
    return { fired, ended: this.#end(holding, moment.now) };
  }

  #hold(key: string, rule: AlertRule, { labels, value, threshold }: Finding, moment: Moment): Alert {
    const { sinceElapsed, alert: { since } } = this.#active.get(key) ??
      { sinceElapsed: moment.elapsed, alert: { since: moment.now } };
    const wait = rule.for === undefined ? 0 : milliseconds(rule.for);
    const state = moment.elapsed - sinceElapsed >= wait ? "firing" : "pending";
    const alert: Alert = { rule, labels, state, since, value, threshold, endedAt: null };
    this.#active.set(key, { alert, sinceElapsed });
    return alert;
  }

  #end(holding: ReadonlySet<string>, now: number): Alert[] {
    const over: Alert[] = [];
    for (const [key, { alert }] of this.#active) {
      if (holding.has(key)) continue;
      this.#active.delete(key);
      if (alert.state === "firing") over.push({ ...alert, endedAt: now });
    }
    this.#ended = [...over.toReversed(), ...this.#ended].slice(0, keptEnded);
    return over;
  }
}
