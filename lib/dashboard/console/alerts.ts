import { type Reading, useFeed, useReading } from "./context.ts";

/** Something that a rule was made for, as `/admin/alerts` tells of it. */
export interface Alert {
  readonly name: string;
  readonly severity: "critical" | "warning";
  readonly labels: Readonly<Record<string, string>>;
  readonly state: "pending" | "firing";
  readonly since: string;
  readonly ended_at: string | null;
  readonly value: number;
  readonly threshold: number;
  readonly unit: string;
  readonly summary: string;
  readonly advice: string;
}

/** A rule, and how it stands. */
export interface AlertRule {
  readonly name: string;
  readonly severity: "critical" | "warning";
  readonly state: "quiet" | "pending" | "firing" | "outside";
  readonly for_seconds: number;
  readonly value: number | null;
  readonly threshold: number | null;
  readonly unit: string;
  readonly since: string | null;
  readonly expression: string;
  readonly advice: string;
}

/** What became of a message to the webhook. */
export interface Delivery {
  readonly at: string;
  readonly attempts: number;
  readonly status: number | null;
  readonly problem: string | null;
}

/** The answer of `/admin/alerts`. */
export interface Alerts {
  readonly judged_at: string | null;
  readonly firing: number;
  readonly alerts: readonly Alert[];
  readonly ended: readonly Alert[];
  readonly rules: readonly AlertRule[];
  readonly webhook: { readonly host: string; readonly last: Delivery | null } | null;
}

/** Alerts are judged as often. */
const every = 15_000;

/** What has to be looked at, as it changes. */
export function useAlerts(): Reading<Alerts> {
  const reading = useReading<Alerts>("admin/alerts", every);
  useFeed("alerts", reading.reload);
  return reading;
}

const figures = new Intl.NumberFormat("en", { maximumSignificantDigits: 3 });

/** A value of a rule with its unit. */
export function formatAlertValue(value: number | null, unit: string): string {
  if (value === null) return "–";
  return unit === "" ? figures.format(value) : `${figures.format(value)} ${unit}`;
}
