import { streamExamples } from "../schemas/streams.ts";
import type { Channel } from "./message.ts";

/** What stream clients and the gateway say. Protocol, section 4. */
export const streamChannel: Channel = {
  name: "streams",
  path: "/ws/stream",
  title: "Live streams",
  description:
    "Also served on /. The welcome comes at once. Subprotocols: `heliograph.v1` plain JSON, `heliograph.v1.deflate` larger messages as raw deflate in binary frames, `heliograph.v1.batch` every frame a JSON array.",
  messages: [
    {
      name: "stream_welcome",
      from: "gateway",
      summary: "The first message",
      schema: "StreamWelcome",
      example: streamExamples.welcome,
    },
    {
      name: "subscribe",
      from: "client",
      summary: "Subscribe or unsubscribe; `recover` names what the client has",
      schema: "StreamSubscribe",
      example: streamExamples.subscribe,
      answers: ["subscribed", "stream_error"],
    },
    {
      name: "subscribed",
      from: "gateway",
      summary: "From here on; the newest value, or what was missed, follows",
      schema: "StreamSubscribed",
      example: streamExamples.subscribed,
    },
    {
      name: "data",
      from: "gateway",
      summary: "A stream's data; `type` is its name",
      schema: "StreamMessage",
      example: streamExamples.message,
    },
    {
      name: "stream_status",
      from: "gateway",
      summary: "The stream's source is gone, or back",
      schema: "StreamStatus",
      example: streamExamples.status,
    },
    {
      name: "ping",
      from: "client",
      summary: "Asks for a pong",
      schema: "StreamPing",
      example: streamExamples.ping,
      answers: ["pong"],
    },
    {
      name: "pong",
      from: "gateway",
      summary: "The answer",
      schema: "StreamPong",
      example: streamExamples.pong,
    },
    {
      name: "state_stream_call",
      from: "client",
      summary:
        "The same in the words of The Block's page, without an answer; as the first frame on /ws too, then without a welcome",
      schema: "StateStreamCall",
      example: streamExamples.call,
      answers: ["state_stream_update", "stream_error"],
    },
    {
      name: "state_stream_update",
      from: "gateway",
      summary: "What that page shows, when there is something new; what no node gives is null",
      schema: "StateStreamUpdate",
      example: streamExamples.update,
    },
    {
      name: "stream_error",
      from: "gateway",
      summary: "A refusal; the connection stays",
      schema: "StreamError",
      example: streamExamples.error,
    },
  ],
};
