import { askOverHttp2, hold, openHttp2, tally } from "../raw.ts";
import type { Attack } from "../trial.ts";

/** Four addresses begin all downloads that they may and read none; somebody else must still get his. */
export const attack: Attack = async (target, signal) => {
  const path = `/inscriptions/content/${target.topic}`;
  const addresses = ["203.0.113.1", "203.0.113.2", "203.0.113.3", "203.0.113.4"];
  const sessions = addresses.map(() => openHttp2(target.url, { window: 0 }));
  const asked = sessions.flatMap((session, index) =>
    Array.from({ length: 16 }, () => askOverHttp2(session, path, addresses[index]))
  );
  await hold(3000, signal);
  const response = await fetch(`${target.url}${path}`, { headers: { "x-forwarded-for": "198.51.100.99" } });
  const size = (await response.bytes()).length;
  sessions.forEach((session) => session.destroy());
  return {
    said: `64 downloads that are not read: ${tally(await Promise.all(asked))}`,
    faults: response.status === 200 && size > 0
      ? []
      : [`somebody else's download was answered ${response.status} with ${size} bytes`],
  };
};
