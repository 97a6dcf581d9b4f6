import type { ClientEvent } from "../../client/mod.ts";
import { jsonText } from "../json_text.ts";
import type { InvalidLine } from "./readable_line.ts";

/** An event as one line of JSON. */
export function eventLine(event: ClientEvent | InvalidLine): string {
  if (event.type === "invalid") {
    const { line, message } = event;
    return jsonText({ event: "invalid", line, message });
  }
  return jsonText({ event: event.type, validator: event.validator, ...fieldsOf(event) });
}

function fieldsOf(event: ClientEvent): Record<string, unknown> {
  switch (event.type) {
    case "confirmation":
      return {
        prediction_id: event.predictionId,
        duplicate: event.duplicate,
        latency_ms: event.latencyMs,
        receipt: event.receipt,
        miner_stats: event.data["miner_stats"],
        signed: event.signed,
      };
    case "refused":
      return { prediction_id: event.predictionId, message: event.message, signed: event.signed };
    case "games":
      return { games: event.games, snapshot: event.snapshot, epoch: event.epoch, offset: event.offset };
    case "state":
      return { state: event.state, attempt: event.attempt, delay_ms: event.delayMs, uid: event.uid };
    case "problem":
      return { code: event.code, message: event.message };
  }
}
