import { askOverHttp2, hold, openHttp2, Raw, tally, times } from "../raw.ts";
import type { Attack } from "../trial.ts";

/** Event streams over TLS and HTTP/2 that are cut off, as by a closed tab. */
export const abortedTls: Attack = async (target, signal) => {
  for (let round = 0; round < 10 && !signal.aborted; round += 1) {
    await times(5, async () => {
      const session = openHttp2(target.url, { insecure: true });
      await askOverHttp2(session, "/api/v1/streams/network_metrics/events");
      session.destroy();
    });
  }
  await hold(500, signal);
  return { said: "50 event streams cut off", faults: [] };
};

/** Milliseconds within which a connection that says nothing, or half a greeting, must be over. */
const deadline = 15_000;

/** TCP connections that never begin TLS, or begin it and do not go on. */
export const silentTls: Attack = async (target) => {
  const raws = await times(200, async (index) => {
    const raw = await Raw.connect(target);
    if (index % 2 === 1) await raw.write(new Uint8Array([0x16, 0x03, 0x01, 0x02, 0x00, 0x01]));
    return raw;
  });
  const ended = await Promise.all(raws.map((raw) => raw.ends(deadline)));
  const open = ended.filter((isEnded) => !isEnded).length;
  return {
    said: `200 connections: ${tally(ended.map((isEnded) => isEnded ? "ended" : "open"))} after ${
      deadline / 1000
    } s`,
    faults: open === 0 ? [] : [`${open} were still open after ${deadline / 1000} s`],
  };
};
