import { askOverHttp2, hold, openHttp2, tally } from "../raw.ts";
import type { Attack } from "../trial.ts";

/** Answers that nobody reads: HTTP/2 streams without a window. */
export const attack: Attack = async (target, signal) => {
  const sessions = Array.from({ length: 6 }, () => openHttp2(target.url, { window: 0 }));
  const asked = sessions.flatMap((session) =>
    Array.from({ length: 200 }, () => askOverHttp2(session, "/api/v1/games"))
  );
  const statuses = Promise.all(asked);
  await hold(8000, signal);
  sessions.forEach((session) => session.destroy());
  return { said: `1,200 GETs of all games that are not read: ${tally(await statuses)}`, faults: [] };
};
