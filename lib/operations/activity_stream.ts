import type { Hub } from "../hub/mod.ts";
import { type Clock, type GatewayActivity, type PredictionVerdicts, streams } from "../protocol/mod.ts";
import type { StreamDefinition, StreamSource } from "../streams/mod.ts";
import type { Activity } from "../telemetry/mod.ts";
import type { Validator } from "../validator/mod.ts";

/** What the gateway's own stream tells of. */
interface ActivityParts {
  /** Of the gateway. */
  readonly status: () => GatewayActivity["status"];
  readonly clock: Clock;
  readonly hub: Hub;
  readonly validator: Validator;
  readonly activity: Activity;
}

/** The stream `gateway`: what the gateway itself does. */
export function activityDefinition(parts: ActivityParts): StreamDefinition {
  const { period } = streams.gateway;
  return { name: "gateway", period, isFleeting: true, open: () => new ActivitySource(parts) };
}

interface Counts {
  readonly at: number;
  readonly deliveries: number;
  readonly predictions: number;
  readonly overHttp: number;
}

class ActivitySource implements StreamSource {
  readonly #parts: ActivityParts;
  readonly #startedAt: number;
  #before: Counts;
  #current: GatewayActivity | undefined;

  constructor(parts: ActivityParts) {
    this.#parts = parts;
    this.#startedAt = parts.clock.elapsed();
    this.#before = this.#count();
  }

  poll(): Promise<readonly GatewayActivity[]> {
    const { hub, validator } = this.#parts;
    const now = this.#count();
    const rates = this.#rates(now);
    this.#before = now;
    this.#current = {
      status: this.#parts.status(),
      uptime: Math.floor((now.at - this.#startedAt) / 1000),
      connections: hub.families(),
      active_miners: validator.activeMiners(),
      ...rates,
      verdicts: this.#verdicts(now.at),
      confirmation_latency: this.#latency(now.at),
    };
    return Promise.resolve([this.#current]);
  }

  current(): GatewayActivity | undefined {
    return this.#current;
  }

  #count(): Counts {
    const { clock, activity: { deliveries, predictions: { websocket, http } } } = this.#parts;
    return { at: clock.elapsed(), deliveries, predictions: websocket + http, overHttp: http };
  }

  #rates(now: Counts) {
    const { at, deliveries, predictions, overHttp } = this.#before;
    const seconds = Math.max(now.at - at, 1) / 1000;
    const submitted = now.predictions - predictions;
    return {
      deliveries_per_second: round((now.deliveries - deliveries) / seconds),
      predictions_per_second: round(submitted / seconds),
      fallback_share: submitted === 0 ? null : round((now.overHttp - overHttp) / submitted),
    };
  }

  #verdicts(now: number): PredictionVerdicts {
    const { accepted = 0, ...refused } = Object.fromEntries(this.#parts.activity.recentVerdicts.read(now));
    return { accepted, refused };
  }

  #latency(now: number): GatewayActivity["confirmation_latency"] {
    const quantiles = this.#parts.activity.confirmations.quantiles(now, [0.5, 0.99]);
    return quantiles === null ? null : { p50: quantiles[0], p99: quantiles[1] };
  }
}

function round(value: number): number {
  return Math.round(100 * value) / 100;
}
