import { askOverHttp2, hold, openHttp2 } from "../raw.ts";
import type { Attack } from "../trial.ts";

/** One address waits for news as often as it can; somebody else must still be let wait. */
export const attack: Attack = async (target, signal) => {
  const { epoch, offset } = await (await fetch(`${target.url}/api/v1/games`)).json();
  const path = `/api/v1/games?since=${offset}&epoch=${epoch}&wait=30`;
  const sessions = Array.from({ length: 54 }, () => openHttp2(target.url));
  sessions.forEach((session) => Array.from({ length: 190 }, () => askOverHttp2(session, path)));
  await hold(4000, signal);
  const response = await fetch(`${target.url}${path.replace("wait=30", "wait=1")}`, {
    headers: { "x-forwarded-for": "198.51.100.99" },
  });
  await response.body?.cancel();
  sessions.forEach((session) => session.destroy());
  return {
    said: "10,260 long polls of one address on 54 connections",
    faults: response.status === 200 ? [] : [`somebody else's long poll was answered ${response.status}`],
  };
};
