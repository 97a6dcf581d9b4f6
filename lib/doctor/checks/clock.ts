import { timestampWindow } from "../../protocol/mod.ts";
import { type Check, fine, found, skipped } from "../check.ts";
import { seconds } from "../shown.ts";
import { bestSkew } from "../known.ts";

/** In milliseconds: what clocks that are synchronised never differ by. */
const tolerated = 10_000;
/** A frame may be under way for some of the window. */
const margin = 5000;

/** Compares the server's clock with this machine's, against the window for timestamps. Protocol, section 1. */
export const clock: Check = {
  id: "clock",
  run({ known }) {
    const best = bestSkew(known.skews);
    if (best === undefined) return skipped("the server does not tell its time");
    const { skewMs, slackMs, source } = best;
    const facts = { skew_ms: Math.round(skewMs), within_ms: Math.round(slackMs), source };
    const off = Math.max(0, Math.abs(skewMs) - slackMs);
    if (off < 1000) {
      return fine(`in step within ${Math.ceil((Math.abs(skewMs) + slackMs) / 1000)} s (${source})`, facts);
    }
    const side = skewMs > 0 ? "ahead of" : "behind";
    const detail = `the server is ${seconds(Math.abs(skewMs) / 1000)} ${side} this machine (${source}), ` +
      `allowed ${timestampWindow} s`;
    if (off > 1000 * timestampWindow - margin) return found("clock-outside-window", detail, { facts });
    if (off > tolerated) return found("clock-skewed", detail, { facts });
    return fine(`the server is ${seconds(Math.abs(skewMs) / 1000)} ${side} this machine`, facts);
  },
};
