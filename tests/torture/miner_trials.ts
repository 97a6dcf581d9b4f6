import type { Keypair } from "../../lib/crypto/mod.ts";
import { attachSignature, type ExactJson, renderSigned } from "../../lib/protocol/mod.ts";
import { type Frame, freshNonce, Peer, signAuthentication, signMessage, testKey } from "../helpers/peer.ts";
import { samplePrediction } from "../helpers/samples.ts";
import { pause } from "./bystander.ts";
import type { Stage } from "./stage.ts";
import type { Findings } from "./trial.ts";

const greedy = testKey(66);
const from = { "x-forwarded-for": "203.0.113.66" };
/** That of the bystander. */
const sameAddress = { "x-forwarded-for": "198.51.100.7" };

async function register(stage: Stage): Promise<Peer> {
  await stage.server.admin("PUT", `/admin/miners/${greedy.address}`, { uid: 66 });
  const peer = new Peer(stage.server.ws, { headers: from });
  await peer.opened;
  peer.send(signAuthentication(greedy));
  await peer.next(({ type }) => type === "welcome");
  return peer;
}

function predictionOf(id: string, more: Record<string, ExactJson>): Record<string, ExactJson> {
  return samplePrediction(id, { miner_uid: 66, ...more });
}

/** What the store's files hold, in megabytes. */
async function storeSize(stage: Stage): Promise<number> {
  let bytes = 0;
  for (const suffix of ["", "-wal"]) {
    bytes +=
      (await Deno.stat(`${stage.folder.path}/data/heliograph.db${suffix}`).catch(() => ({ size: 0 }))).size;
  }
  return bytes / 1e6;
}

const seconds = 8;
/** Megabytes that one miner may add to the store in this time. */
const mostGrowth = 40;

export async function floodOfPredictions(stage: Stage): Promise<Findings> {
  const peer = await register(stage);
  const before = await storeSize(stage);
  const filling = "x".repeat(58_000);
  let sent = 0;
  for (const end = performance.now() + 1000 * seconds; performance.now() < end;) {
    const predictions = Array.from(
      { length: 17 },
      () => predictionOf(`${sent += 1}`, { wager: 0.01, note: filling }),
    );
    if (peer.socket.readyState !== WebSocket.OPEN) break;
    peer.send(signMessage(greedy, "prediction", { predictions }));
    await pause(20);
  }
  const grown = await storeSize(stage) - before;
  const answers = await fetch(`${stage.server.url}/healthz`).then((response) => response.status);
  peer.socket.close();
  return {
    said: `${sent} predictions of 58 KB in ${seconds} s; the store grew by ${grown.toFixed(1)} MB`,
    faults: [
      ...grown <= mostGrowth
        ? []
        : [`the store grew by ${grown.toFixed(1)} MB, at most ${mostGrowth} may be`],
      ...answers === 200 ? [] : [`health was answered ${answers}`],
    ],
  };
}

export async function tinyWagers(stage: Stage): Promise<Findings> {
  const peer = await register(stage);
  peer.send(signMessage(greedy, "prediction", predictionOf("tiny", { wager: 4e-10 })));
  const status = statusOf(await peer.next(({ type }) => type === "confirmation" || type === "error"));
  peer.socket.close();
  return {
    said: `a wager of 4e-10 was answered ${status}`,
    faults: status === "error" ? [] : ["a wager was accepted that the daily limit does not count"],
  };
}

export async function otherValidator(stage: Stage): Promise<Findings> {
  const other = testKey(99).address;
  const sign = (message: Record<string, ExactJson>) => {
    const text = renderSigned(message);
    return attachSignature(text, stage.key.sign(text));
  };
  const message = {
    type: "prediction",
    sender: stage.key.address,
    data: samplePrediction("for-another", { wager: 0.01 }),
    timestamp: new Date().toISOString(),
    nonce: freshNonce(),
    validator: other,
  };
  const response = await fetch(`${stage.server.url}/api/v1/predictions`, {
    method: "POST",
    body: sign(message),
  });
  const { error } = await response.json();
  const peer = await Peer.open(stage.server.ws);
  peer.send(sign({
    hotkey: stage.key.address,
    timestamp: new Date().toISOString(),
    nonce: freshNonce(),
    validator: other,
  }));
  const answer = await peer.next();
  peer.socket.close();
  return {
    said: `the prediction was answered ${response.status} ${
      error?.code ?? "success"
    }, the authentication ${answer.type}`,
    faults: [
      ...error?.code === "not_authorized" ? [] : ["a prediction for another validator was taken"],
      ...answer["code"] === "not_authorized" ? [] : ["an authentication for another validator was taken"],
    ],
  };
}

export async function neighbour(stage: Stage): Promise<Findings> {
  const earlier = await stage.bystander.predictOverHttp("before-the-neighbour");
  const forged: number[] = [];
  for (let count = 0; count < 30; count += 1) {
    const text = signMessage(stage.key, "prediction", samplePrediction(`forged-${count}`));
    const body = text.replace(/"signature": "[0-9a-f]{8}/, '"signature": "00000000');
    const response = await fetch(`${stage.server.url}/api/v1/predictions`, {
      method: "POST",
      body,
      headers: sameAddress,
    });
    await response.body?.cancel();
    forged.push(response.status);
  }
  const status = await stage.bystander.predictOverHttp("despite-the-neighbour");
  const peer = new Peer(stage.server.ws, { headers: sameAddress });
  stage.bystander.isTolerant = true;
  await peer.opened;
  peer.send(signAuthentication(stage.key));
  const answer = await peer.next();
  peer.socket.close();
  return {
    said: `${forged.length} forgeries (${
      forged.at(-1)
    }); then its prediction over HTTP ${status}, its reconnect ${answer.type}`,
    faults: [
      ...earlier === 200 ? [] : [`its first prediction was answered ${earlier}`],
      ...forged.includes(200) ? ["a forgery was taken"] : [],
      ...status === 200 ? [] : [`its prediction was answered ${status}`],
      ...answer.type === "welcome" ? [] : [`its reconnect was answered ${JSON.stringify(answer)}`],
    ],
  };
}

export async function replay(stage: Stage): Promise<Findings> {
  const key: Keypair = greedy;
  await stage.server.admin("PUT", `/admin/miners/${key.address}`, { uid: 66 });
  const authentication = signAuthentication(key);
  const first = await authenticate(stage.server.ws, authentication);
  await stage.restart();
  const again = await authenticate(stage.server.ws, authentication);
  return {
    said: `answered ${first.type}, and after the restart ${again["code"] ?? again.type}`,
    faults: again["code"] === "replayed" ? [] : ["an authentication was taken twice"],
  };
}

async function authenticate(ws: string, authentication: string): Promise<Frame> {
  const peer = new Peer(ws, { headers: from });
  await peer.opened;
  peer.send(authentication);
  const answer = await peer.next();
  peer.socket.close();
  return answer;
}

function statusOf({ type, data }: Frame): string {
  const status = (data as Record<string, unknown> | undefined)?.["status"];
  return type === "error" ? "error" : String(status);
}
