import type { Conversation, Json, MessageEntry } from "../../../lib/protocol/mod.ts";
import { inPython, inShell, inTypeScript } from "./literals.ts";
import { type Samples, sampleUrl } from "./samples.ts";
import { isSigned, signingInPython, signingInTypeScript, unsigned } from "./signing.ts";

/** A message on its way: what a client sends for it, and what it then waits for. */
interface Exchange {
  readonly path: string;
  readonly name: string;
  readonly sent: Json;
  /** The `type` of what is waited for; undefined: whatever comes. */
  readonly awaited: string | undefined;
}

/** A message from a terminal, in TypeScript and in Python. */
export function messageSamples(conversation: Conversation, name: string): Samples {
  const [opener, sent] = senderOf(conversation, name);
  const message = conversation.messages[name];
  const exchange = {
    path: conversation.path,
    name: opener,
    sent: exampleOf(sent),
    awaited: message?.from === "gateway" ? typeOf(exampleOf(message)) : undefined,
  };
  if (conversation.path === "/socket.io/") return onSocketIo(exchange, message?.from === "gateway", name);
  return isSigned(exchange.sent) ? signedOnWebSocket(exchange) : onWebSocket(exchange);
}

/** What a client sends to send, or to be told, a message: itself, else what it answers, else what opens the conversation. */
function senderOf({ messages }: Conversation, name: string): readonly [string, MessageEntry] {
  const own = Object.entries(messages).filter(([, { from }]) => from === "client");
  const found = own.find(([key]) => key === name) ??
    own.find(([, { answers }]) => answers?.includes(name)) ?? own[0];
  if (found === undefined) throw new TypeError(`Cannot show ${name}: no client says anything`);
  return found;
}

function exampleOf({ kind, example = kind.example }: MessageEntry): Json {
  return example;
}

function typeOf(example: Json): string | undefined {
  const isObject = typeof example === "object" && example !== null && !Array.isArray(example);
  const type = isObject ? (example as { readonly [key: string]: Json })["type"] : undefined;
  return typeof type === "string" ? type : undefined;
}

function inWscat({ path, sent }: Exchange): string {
  const text = isSigned(sent) ? `"$(cat signed.json)"` : inShell(JSON.stringify(sent));
  return `npx -y wscat -c ${sampleUrl(path, "ws")} \\\n  -x ${text} -w 5`;
}

function onWebSocket(exchange: Exchange): Samples {
  const { path, sent, awaited } = exchange;
  const url = JSON.stringify(sampleUrl(path, "ws"));
  return {
    curl: inWscat(exchange),
    typescript: `const socket = new WebSocket(${url});
socket.onopen = () => socket.send(JSON.stringify(${inTypeScript(sent)}));
socket.onmessage = ({ data }) => {
  const message = JSON.parse(data);
  ${awaited === undefined ? "" : `if (message.type === ${JSON.stringify(awaited)}) `}console.log(message);
};`,
    python: `import json
from websockets.sync.client import connect

with connect(${url}) as socket:
    socket.send(json.dumps(${inPython(sent, 4)}))
    for text in socket:
        message = json.loads(text)
        ${
      awaited === undefined ? "" : `if message["type"] == ${JSON.stringify(awaited)}:\n            `
    }print(message)`,
  };
}

function signedOnWebSocket(exchange: Exchange): Samples {
  const { path, name, sent, awaited } = exchange;
  if (!isSigned(sent)) throw new TypeError(`Cannot show ${name}: it is not signed`);
  const url = JSON.stringify(sampleUrl(path, "ws"));
  const opens = name === "authentication";
  const [inTs, inPy] = [
    inTypeScript(unsigned(sent, "key.address"), 4),
    inPython(unsigned(sent, "key.ss58_address"), 12),
  ];
  return {
    curl: inWscat(exchange),
    typescript: `${signingInTypeScript}
const socket = new WebSocket(${url});
socket.onopen = () => socket.send(sign({ hotkey: key.address }));
socket.onmessage = ({ data }) => {
  const message = JSON.parse(data);
${opens ? "" : `  if (message.type === "welcome") {\n    socket.send(sign(${inTs}));\n  }\n`}\
  ${awaited === undefined ? "" : `if (message.type === ${JSON.stringify(awaited)}) `}console.log(message);
};`,
    python: `${signingInPython().trimEnd()}
from websockets.sync.client import connect

with connect(${url}) as socket:
    socket.send(sign({"hotkey": key.ss58_address}))
    for text in socket:
        message = json.loads(text)
${opens ? "" : `        if message["type"] == "welcome":\n            socket.send(sign(${inPy}))\n`}\
        ${
      awaited === undefined ? "" : `if message["type"] == ${JSON.stringify(awaited)}:\n            `
    }print(message)`,
  };
}

/** Events are told of by their names; what answers one is the argument of its callback. */
function onSocketIo({ name, sent }: Exchange, isTold: boolean, wanted: string): Samples {
  const isEvent = isTold && wanted.includes("-");
  const url = JSON.stringify(sampleUrl(""));
  return {
    curl: `url=${inShell(`${sampleUrl("/socket.io/")}?EIO=4&transport=polling`)}
sid=$(curl -s "$url" | sed 's/.*"sid":"\\([^"]*\\)".*/\\1/')
curl -s "$url&sid=$sid" -d '40{"apiKey":"'"$HELIOGRAPH_API_KEY"'"}'
curl -s "$url&sid=$sid" -d ${inShell(`420${JSON.stringify([name, sent])}`)}
curl -s "$url&sid=$sid"; curl -s "$url&sid=$sid"`,
    typescript: `import process from "node:process";
import { io } from "socket.io-client";

const socket = io(${url}, { auth: { apiKey: process.env.HELIOGRAPH_API_KEY } });
${isEvent ? `socket.on(${JSON.stringify(wanted)}, (message) => console.log(message));\n` : ""}\
console.log(await socket.emitWithAck(${JSON.stringify(name)}, ${inTypeScript(sent)}));`,
    python: `import os
import socketio

with socketio.SimpleClient() as socket:
    socket.connect(${url}, auth={"apiKey": os.environ["HELIOGRAPH_API_KEY"]})
    print(socket.call(${JSON.stringify(name)}, ${inPython(sent, 4)}))${
      isEvent
        ? `
    while True:
        name, message = socket.receive()
        if name == ${JSON.stringify(wanted)}:
            print(message)`
        : ""
    }`,
  };
}

/** A connection that is opened, and what is said on it. */
export function connectionSamples(path: string): Samples {
  const url = JSON.stringify(sampleUrl(path, "ws"));
  return {
    curl: `npx -y wscat -c ${sampleUrl(path, "ws")}`,
    typescript: `const socket = new WebSocket(${url});
socket.onmessage = ({ data }) => console.log(JSON.parse(data));
socket.onclose = ({ code, reason }) => console.log(code, reason);`,
    python: `import json
from websockets.sync.client import connect

with connect(${url}) as socket:
    for text in socket:
        print(json.loads(text))`,
  };
}
