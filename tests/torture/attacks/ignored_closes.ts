import { operatorHeaders } from "../bystander.ts";
import { frame, Raw, times } from "../raw.ts";
import type { Attack } from "../trial.ts";

const sockets = 40;
/** Milliseconds: the setting auth_timeout of the trial, and what a close may take. */
const deadline = 1000 + 10_000;

/** Sockets that never authenticate, read nothing and answer no close: each must be ended within the deadline. */
export const attack: Attack = async (target) => {
  const started = performance.now();
  const raws = await times(sockets, async (index) => {
    const { raw } = await Raw.upgrade(
      target,
      index % 2 === 0 ? "/ws" : "/socket.io/?EIO=4&transport=websocket",
    );
    return raw;
  });
  const dropped = (await Raw.upgrade(target, "/ws/stream")).raw;
  await dropped.write(frame('{"type": "subscribe", "stream": "gateway"}'));
  const id = await findStream(target.url);
  const answer = await fetch(`${target.url}/admin/connections/${id}`, {
    method: "DELETE",
    headers: operatorHeaders(),
  });
  await answer.body?.cancel();
  const ended = await Promise.all([...raws, dropped].map((raw) => raw.ends(deadline + 2000)));
  const seconds = ((performance.now() - started) / 1000).toFixed(1);
  const open = ended.filter((isEnded) => !isEnded).length;
  const listed = await countOpen(target.url);
  return {
    said: `${sockets} that do not authenticate and one dropped: ${sockets + 1 - open} ended in ${seconds} s`,
    faults: [
      ...open === 0 ? [] : [`${open} sockets were still open after ${(deadline + 2000) / 1000} s`],
      ...listed <= 1 ? [] : [`${listed - 1} of them still have a place`],
    ],
  };
};

async function list(url: string): Promise<{ id: string; family: string }[]> {
  const response = await fetch(`${url}/admin/connections`, { headers: operatorHeaders() });
  return (await response.json()).connections;
}

async function findStream(url: string): Promise<string | undefined> {
  for (let attempt = 0; attempt < 100; attempt += 1) {
    const found = (await list(url)).find(({ family }) => family === "streams");
    if (found !== undefined) return found.id;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  return undefined;
}

/** The bystander has one. */
async function countOpen(url: string): Promise<number> {
  return (await list(url)).length;
}
