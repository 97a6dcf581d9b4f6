import { askOverHttp2, hold, openHttp2, times } from "../raw.ts";
import type { Attack } from "../trial.ts";

/** Event streams over TLS and HTTP/2 that are cut off, as by a closed tab. */
export const attack: Attack = async (target, signal) => {
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
