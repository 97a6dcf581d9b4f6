import type { Conversation, Json, MessageEntry } from "../../lib/protocol/mod.ts";
import { componentSchemas, refTo } from "./components.ts";
import { kindsOf, type Reference } from "./reference.ts";
import { product } from "./product.ts";
import { closeTable, errorTable, streamTable } from "./tables.ts";

const server = {
  host: "{host}",
  protocol: "ws",
  variables: { host: { default: "127.0.0.1:10401", description: "where the gateway is reached" } },
};

/** The AsyncAPI 3.0 document of what is spoken on connections; operations are the gateway's own. */
export function asyncApi(reference: Reference): Json {
  const { conversations } = reference;
  const { license: { name }, ...info } = product;
  return {
    asyncapi: "3.0.0",
    info: {
      ...info,
      license: { name },
      description:
        "The WebSocket and Socket.IO side of Heliograph. `receive` is what the gateway takes from clients, `send` what it tells them. HTTP requests are in /docs/openapi.json.",
    },
    defaultContentType: "application/json",
    servers: {
      plain: { ...server, description: "without TLS" },
      secure: { ...server, protocol: "wss", description: "with TLS" },
    },
    channels: Object.fromEntries(conversations.map((each) => [each.name, channelOf(each)])),
    operations: Object.fromEntries(conversations.flatMap(operationsOf)),
    components: {
      schemas: componentSchemas("draft-7", kindsOf(reference)),
      messages: Object.fromEntries(
        conversations.flatMap(({ messages }) => Object.entries(messages).map(messageOf)),
      ),
    },
    "x-errors": errorTable,
    "x-closes": closeTable,
    "x-streams": streamTable,
  };
}

function channelOf({ path, title, description, messages }: Conversation): Json {
  return {
    address: path,
    title,
    description,
    messages: Object.fromEntries(
      Object.keys(messages).map((name) => [name, { $ref: `#/components/messages/${name}` }]),
    ),
  };
}

function messageOf([name, message]: [string, MessageEntry]): [string, Json] {
  const { summary, kind, example = kind.example } = message;
  const told = {
    name,
    title: name,
    summary,
    payload: refTo(kind.name),
    examples: [{ name, payload: example }],
  };
  return [name, told];
}

function operationsOf(conversation: Conversation): [string, Json][] {
  const here = `#/channels/${conversation.name}`;
  const place = (names: readonly string[]) => names.map((name) => ({ $ref: `${here}/messages/${name}` }));
  return Object.entries(conversation.messages).map(([name, { from, summary, answers }]) => [name, {
    action: from === "client" ? "receive" : "send",
    channel: { $ref: here },
    summary,
    messages: place([name]),
    ...(answers === undefined ? {} : { reply: { channel: { $ref: here }, messages: place(answers) } }),
  }]);
}
