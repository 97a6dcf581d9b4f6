import { openEngine, type PredictionRecord, PredictionRepository } from "../engine/mod.ts";
import { formatTimestamp } from "../protocol/mod.ts";
import { assertStoreIsThere } from "./store_missing.ts";

type Records = AsyncIterableIterator<PredictionRecord>;

const page = 100;

/**
 * What a store has accepted after a sequence, in order. Throws at one that its receipt does not vouch for.
 *
 * @throws {StoreMissing} where there is no store
 */
export async function* exportPredictions(location: string, after: number): Records {
  assertStoreIsThere(location);
  using engine = await openEngine(location);
  const predictions = new PredictionRepository(engine);
  for (let last = after;;) {
    const records = await predictions.after(last, page);
    yield* records;
    if (records.length < page) return;
    last = records.at(-1)?.receipt.sequence ?? last;
  }
}

/** Predictions with their receipts, an object on each line; `prediction` is the text that was signed, as it was. */
export async function* exportNdjson(records: Records): AsyncGenerator<string> {
  for await (const { predictionId, hotkey, uid, receivedAt, text, receipt } of records) {
    const received_at = formatTimestamp(receivedAt);
    yield `${
      JSON.stringify({ hotkey, uid, prediction_id: predictionId, received_at, receipt, prediction: text })
    }\n`;
  }
}

const columns: Readonly<Record<string, (record: PredictionRecord) => string | number>> = {
  sequence: ({ receipt }) => receipt.sequence,
  hotkey: ({ hotkey }) => hotkey,
  uid: ({ uid }) => uid,
  miner_sequence: ({ receipt }) => receipt.miner_sequence,
  received_at: ({ receivedAt }) => formatTimestamp(receivedAt),
  // A miner chose it, and a spreadsheet would take one that begins like a formula for one.
  prediction_id: ({ predictionId }) => predictionId.replace(/^[=+\-@\t\r]/, "'$&"),
  hash: ({ receipt }) => receipt.hash,
  previous: ({ receipt }) => receipt.previous,
  prediction: ({ text }) => text,
};

/** The same as CSV (RFC 4180), with a line of names first. */
export async function* exportCsv(records: Records): AsyncGenerator<string> {
  yield `${Object.keys(columns).join(",")}\r\n`;
  for await (const record of records) {
    yield `${Object.values(columns).map((read) => quoted(read(record))).join(",")}\r\n`;
  }
}

function quoted(value: string | number): string {
  const text = String(value);
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
