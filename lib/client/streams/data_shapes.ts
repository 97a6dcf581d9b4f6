import type { StreamData } from "../../protocol/streams.ts";

type Check = (value: unknown) => boolean;

/** One check for each field that a type must have. */
type Fields<T> = { readonly [Name in keyof T as undefined extends T[Name] ? never : Name]-?: Check };

const number: Check = (value) => typeof value === "number";
const text: Check = (value) => typeof value === "string";
const truth: Check = (value) => typeof value === "boolean";
const orNull = (check: Check): Check => (value) => value === null || check(value);
const mapOf = (check: Check): Check => (value) => isRecord(value) && Object.values(value).every(check);
/** A number that the node may not give. */
const figure = orNull(number);
const listOf = (check: Check): Check => (value) => Array.isArray(value) && value.every(check);

/** Whether a value is an object, and no array. */
export function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** What a JSON text says; undefined where it is none. */
export function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function object<T>(fields: Fields<T>): Check {
  const checks = Object.entries<Check>(fields);
  return (value) => isRecord(value) && checks.every(([name, check]) => check(value[name]));
}

type Of<Name extends keyof StreamData> = StreamData[Name];
type Markets = Of<"markets_health">["markets"];

const shapes: { readonly [Name in keyof StreamData]: Check } = {
  network_metrics: object<Of<"network_metrics">>({
    network_strength: figure,
    block_height: number,
    finality_time: figure,
    peer_count: number,
    tps: figure,
    bandwidth_in: figure,
    bandwidth_out: figure,
    active_connections: figure,
  }),
  markets_health: object<Of<"markets_health">>({
    overall_status: text,
    markets: object<Markets>({
      compute: object<Markets["compute"]>({
        status: orNull(text),
        active_jobs: figure,
        total_providers: figure,
      }),
      storage: object<Markets["storage"]>({
        status: orNull(text),
        total_stored: figure,
        total_providers: figure,
      }),
      energy: object<Markets["energy"]>({
        status: orNull(text),
        total_credits: figure,
        active_traders: figure,
      }),
      ads: object<Markets["ads"]>({
        status: orNull(text),
        active_campaigns: figure,
        total_impressions: figure,
      }),
    }),
    healthy_markets: number,
    total_markets: number,
  }),
  receipts: object<Of<"receipts">>({
    receipts: listOf(object<Of<"receipts">["receipts"][number]>({ id: text })),
    count: number,
  }),
  peers: object<Of<"peers">>({
    peers: listOf(object<Of<"peers">["peers"][number]>({
      id: text,
      address: orNull(text),
      latency_ms: figure,
      is_validator: orNull(truth),
    })),
    total: number,
  }),
  gateway: object<Of<"gateway">>({
    uptime: number,
    connections: object<Of<"gateway">["connections"]>({ miners: number, streams: number, events: number }),
    active_miners: number,
    deliveries_per_second: number,
    predictions_per_second: number,
    verdicts: object<Of<"gateway">["verdicts"]>({ accepted: number, refused: mapOf(number) }),
    confirmation_latency: orNull(object<{ p50: number; p99: number }>({ p50: number, p99: number })),
    fallback_share: orNull(number),
  }),
};

/** Whether data has the fields that its stream promises. Streams that this client does not know promise an object. */
export function hasShape(stream: string, data: unknown): boolean {
  return Object.hasOwn(shapes, stream) ? shapes[stream as keyof StreamData](data) : isRecord(data);
}
