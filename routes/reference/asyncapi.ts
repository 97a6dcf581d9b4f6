import { componentSchemas, type Json, refTo } from "./components.ts";
import { type Channel, channels, type Message } from "./messages/mod.ts";
import { product } from "./product.ts";
import { closeTable, errorTable, streamTable } from "./tables.ts";

const server = {
  host: "{host}",
  protocol: "ws",
  variables: { host: { default: "127.0.0.1:10401", description: "where the gateway is reached" } },
};

/** The AsyncAPI 3.0 document of what is spoken on connections; operations are the gateway's own. */
export function asyncApi(): Json {
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
    channels: Object.fromEntries(channels.map((channel) => [channel.name, channelOf(channel)])),
    operations: Object.fromEntries(channels.flatMap(operationsOf)),
    components: {
      schemas: componentSchemas("draft-7"),
      messages: Object.fromEntries(
        channels.flatMap(({ messages }) => messages.map((message) => [message.name, messageOf(message)])),
      ),
    },
    "x-errors": errorTable,
    "x-closes": closeTable,
    "x-streams": streamTable,
  };
}

function channelOf({ path, title, description, messages }: Channel): Json {
  return {
    address: path,
    title,
    description,
    messages: Object.fromEntries(
      messages.map(({ name }) => [name, { $ref: `#/components/messages/${name}` }]),
    ),
  };
}

function messageOf({ name, summary, schema, example }: Message): Json {
  return { name, title: name, summary, payload: refTo(schema), examples: [{ name, payload: example }] };
}

function operationsOf(channel: Channel): [string, Json][] {
  const here = `#/channels/${channel.name}`;
  const place = (names: readonly string[]) => names.map((name) => ({ $ref: `${here}/messages/${name}` }));
  return channel.messages.map(({ name, from, summary, answers }) => [name, {
    action: from === "client" ? "receive" : "send",
    channel: { $ref: here },
    summary,
    messages: place([name]),
    ...(answers === undefined ? {} : { reply: { channel: { $ref: here }, messages: place(answers) } }),
  }]);
}
