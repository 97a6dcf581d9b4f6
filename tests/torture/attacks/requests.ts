import { adminToken } from "../../helpers/gateway.ts";
import { createApiKey } from "../operator.ts";
import { askOverHttp2, attacker, hold, openHttp2, Raw, tally, times } from "../raw.ts";
import type { Attack } from "../trial.ts";

const hosts = ["gw/admin/miners?", "gw/admin/miners#", "gw?x=", "user@gw", "gw\\admin", "gw/../admin"];

/** Hosts from which another path could be read than the one that was asked for. */
export const forgedHosts: Attack = async (target) => {
  const faults: string[] = [];
  for (const host of hosts) {
    using raw = await Raw.connect(target);
    await raw.write(`GET /x HTTP/1.1\r\nHost: ${host}\r\nAuthorization: Bearer ${adminToken}\r\n\r\n`);
    const status = await raw.status();
    if (status !== 400) faults.push(`Host: ${host} was answered ${status}`);
  }
  return { said: `${hosts.length} hosts with a path, a query or a user in them`, faults };
};

const requests = 1500;
const size = 1024 * 1024;
/** Two bytes a character, so that the text takes as much in memory. */
const body = new TextEncoder().encode("\u0416".repeat(size / 2)).subarray(0, size - 1);

/** Bodies of which the last byte does not come. */
export const unfinishedBodies: Attack = async (target, signal) => {
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

const [senders, perWrite] = [8, 5000];
const crumbs = new TextEncoder().encode("1\r\nA\r\n".repeat(perWrite));

/** Bodies in chunks of one byte, which go on after the answer for as long as somebody takes them. */
export const crumbledBodies: Attack = async (target, signal) => {
  const statuses: number[] = [];
  let [chunks, isOver] = [0, false];
  const send = async () => {
    while (!isOver) {
      using raw = await Raw.connect(target);
      await raw.write(
        `POST /api/v1/predictions HTTP/1.1\r\nHost: ${target.hostname}\r\nX-Forwarded-For: ${attacker}\r\n` +
          "Transfer-Encoding: chunked\r\n\r\n",
      );
      statuses.push(await raw.status());
      while (!isOver && await raw.write(crumbs)) chunks += perWrite;
    }
  };
  const sending = times(senders, send);
  await hold(8000, signal);
  isOver = true;
  await Promise.race([sending, hold(5000, signal)]);
  return {
    said: `${senders} connections, ${chunks} chunks of a byte, answered ${tally(statuses)}`,
    faults: statuses.length >= senders && statuses.every((status) => status === 411)
      ? []
      : ["not all bodies in chunks were answered 411"],
  };
};

const sessions = 100;
const pollingSize = 3 * 1024 * 1024 - 1024;
const pollingBody = new Uint8Array(pollingSize - 1).fill(0x20);

/** Anonymous Socket.IO sessions that send nearly the largest message that there may be, and not its end. */
export const unfinishedPollingPosts: Attack = async (target, signal) => {
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
      `X-Forwarded-For: ${attacker}\r\nContent-Length: ${pollingSize}\r\n\r\n`;
    if (await raw.write(head) && await raw.write(pollingBody)) taken += 1;
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

/** Answers that nobody reads: HTTP/2 streams without a window. */
export const unreadAnswers: Attack = async (target, signal) => {
  const sessions = Array.from({ length: 6 }, () => openHttp2(target.url, { window: 0 }));
  const asked = sessions.flatMap((session) =>
    Array.from({ length: 200 }, () => askOverHttp2(session, "/api/v1/games"))
  );
  const statuses = Promise.all(asked);
  await hold(8000, signal);
  sessions.forEach((session) => session.destroy());
  return { said: `1,200 GETs of all games that are not read: ${tally(await statuses)}`, faults: [] };
};

/** Four addresses begin all downloads that they may and read none; somebody else must still get his. */
export const unreadDownloads: Attack = async (target, signal) => {
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

/** One address waits for news as often as it can; somebody else must still be let wait. */
export const longPolls: Attack = async (target, signal) => {
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

const head = "HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nTransfer-Encoding: chunked\r\n\r\n";

/** A file from a URL that comes in chunks of one byte, without end. */
export const drippingFile: Attack = async (target, signal) => {
  const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  let chunks = 0;
  const serving = (async () => {
    for await (const connection of listener) {
      await connection.read(new Uint8Array(4096));
      await connection.write(new TextEncoder().encode(head));
      const write = async () => {
        for (;;) {
          for (let sent = 0; sent < crumbs.length;) sent += await connection.write(crumbs.subarray(sent));
          chunks += perWrite;
        }
      };
      await write().catch(() => connection.close());
    }
  })();
  const key = await createApiKey(target.url);
  const asking = new AbortController();
  const starting = fetch(`${target.url}/inscriptions/start-inscription`, {
    method: "POST",
    headers: { "x-api-key": key, "x-forwarded-for": attacker },
    body: JSON.stringify({
      fileURL: `http://127.0.0.1:${listener.addr.port}/file.txt`,
      holderId: "0.0.1",
      mode: "file",
      network: "testnet",
    }),
    signal: asking.signal,
  }).then(({ status, body }) => body?.cancel().then(() => status), () => 0);
  const status = await Promise.race([starting, hold(15_000, signal)]);
  asking.abort();
  listener.close();
  await serving.catch(() => {});
  return { said: `${chunks} chunks of a byte, then ${status ?? "given up"}`, faults: [] };
};
