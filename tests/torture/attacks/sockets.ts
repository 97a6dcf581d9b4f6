import { pause } from "../bystander.ts";
import { askAdmin } from "../operator.ts";
import { attacker, frame, frameHead, hold, Raw, tally, times } from "../raw.ts";
import type { Attack } from "../trial.ts";

const idle = 1300;

/** Opens more sockets than an address may have, says nothing, answers no close; others must still get in. */
export const idleSockets: Attack = async (target, signal) => {
  const opened: Raw[] = [];
  const statuses: number[] = [];
  for (let index = 0; index < idle && !signal.aborted; index += 1) {
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
  return { said: `${idle} upgrades from ${attacker}: ${tally(statuses)}`, faults };
};

const ignoring = 40;
/** Milliseconds: the setting auth_timeout of the trial, and what a close may take. */
const deadline = 1000 + 10_000;

/** Sockets that never authenticate, read nothing and answer no close: each must be ended within the deadline. */
export const ignoredCloses: Attack = async (target) => {
  const started = performance.now();
  const raws = await times(ignoring, async (index) => {
    const { raw } = await Raw.upgrade(
      target,
      index % 2 === 0 ? "/ws" : "/socket.io/?EIO=4&transport=websocket",
    );
    return raw;
  });
  const dropped = (await Raw.upgrade(target, "/ws/stream")).raw;
  await dropped.write(frame('{"type": "subscribe", "stream": "gateway"}'));
  const id = await findStream(target.url);
  await askAdmin(target.url, `/admin/connections/${id}`, "DELETE");
  const ended = await Promise.all([...raws, dropped].map((raw) => raw.ends(deadline + 2000)));
  const seconds = ((performance.now() - started) / 1000).toFixed(1);
  const open = ended.filter((isEnded) => !isEnded).length;
  // The bystander has one.
  const listed = (await list(target.url)).length;
  return {
    said: `${ignoring} that do not authenticate and one dropped: ${
      ignoring + 1 - open
    } ended in ${seconds} s`,
    faults: [
      ...open === 0 ? [] : [`${open} sockets were still open after ${(deadline + 2000) / 1000} s`],
      ...listed <= 1 ? [] : [`${listed - 1} of them still have a place`],
    ],
  };
};

async function list(url: string): Promise<{ id: string; family: string }[]> {
  return JSON.parse((await askAdmin(url, "/admin/connections")).text).connections;
}

async function findStream(url: string): Promise<string | undefined> {
  for (let attempt = 0; attempt < 100; attempt += 1) {
    const found = (await list(url)).find(({ family }) => family === "streams");
    if (found !== undefined) return found.id;
    await pause(20);
  }
  return undefined;
}

const flooding = 200;
const claimed = 63 * 1024 * 1024;
const piece = new Uint8Array(256 * 1024).fill(0x20);

/** Sends nearly the whole of a frame that Deno would still take, on as many connections as there may be. */
export const unfinishedFrames: Attack = (target, signal) => flood(target, signal, frameHead(claimed));

async function flood(
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
  const sending = Promise.all(Array.from({ length: flooding }, (_, index) => send(index)));
  await Promise.race([sending, hold(12_000, signal)]);
  const said = `${flooding} connections: ${tally(statuses)}; ${Math.round(sent / 1e6)} MB went out`;
  sending.then((raws) => raws.forEach((raw) => raw[Symbol.dispose]()));
  return { said, faults: [] };
}

/** {@link unfinishedFrames} with the first fragment of a message. */
export const unfinishedFragments: Attack = (target, signal) =>
  flood(target, signal, frameHead(claimed, { final: false }));

/** Megabytes of tiny objects before anybody has proved who he is: as an authentication, a ping, a heartbeat. */
export const costlyJson: Attack = async (target, signal) => {
  const nodes = `[${Array.from({ length: 340_000 }, () => "{}").join()}]`;
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
