import { attacker, hold, Raw, tally } from "../raw.ts";
import type { Attack } from "../trial.ts";

const sockets = 1300;

/** Opens more sockets than an address may have, says nothing, answers no close; others must still get in. */
export const attack: Attack = async (target, signal) => {
  const opened: Raw[] = [];
  const statuses: number[] = [];
  for (let index = 0; index < sockets && !signal.aborted; index += 1) {
    const { raw, status } = await Raw.upgrade(target, "/ws");
    opened.push(raw);
    statuses.push(status);
  }
  await hold(1000, signal);
  const faults: string[] = [];
  for (const path of ["/", "/ws", "/ws/stream", "/socket.io/?EIO=4&transport=websocket"]) {
    const { raw, status } = await Raw.upgrade(target, path, "198.51.100.99");
    if (status !== 101) faults.push(`somebody else's upgrade on ${path} was answered ${status}`);
    raw[Symbol.dispose]();
  }
  opened.forEach((raw) => raw[Symbol.dispose]());
  return { said: `${sockets} upgrades from ${attacker}: ${tally(statuses)}`, faults };
};
