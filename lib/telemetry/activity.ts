import { Latencies } from "./latencies.ts";

const minute = 60_000;

/** What a gateway has done since its start, counted where it happens, for those who show rates of it. */
export class Activity {
  /** Publications handed to connections. */
  deliveries = 0;
  /** Predictions taken in, by the way they came. */
  readonly predictions = { websocket: 0, http: 0 };
  /** From a prediction's arrival to its signed confirmation, over the last minute. */
  readonly confirmations = new Latencies(minute);
}
