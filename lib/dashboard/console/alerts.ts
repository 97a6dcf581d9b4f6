import type { ToldAlerts } from "../../protocol/mod.ts";
import { type Reading, useFeed, useReading } from "./context.ts";

/** Alerts are judged as often. */
const every = 15_000;

/** What has to be looked at, as it changes. */
export function useAlerts(): Reading<ToldAlerts> {
  const reading = useReading<ToldAlerts>("admin/alerts", every);
  useFeed("alerts", reading.reload);
  return reading;
}

const figures = new Intl.NumberFormat("en", { maximumSignificantDigits: 3 });

/** A value of a rule with its unit. */
export function formatAlertValue(value: number | null, unit: string): string {
  if (value === null) return "–";
  return unit === "" ? figures.format(value) : `${figures.format(value)} ${unit}`;
}
