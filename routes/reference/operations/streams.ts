import { eventsQuery, newsQuery } from "../../streams/streams.ts";
import { streamExamples } from "../schemas/streams.ts";
import { type Operation, refusals } from "./operation.ts";

const name = { name: "name of a stream" };
const events = {
  description: "`event:` the message's type, `data:` the whole message, `id:` `EPOCH:OFFSET`",
  type: "text/event-stream",
};

/** Streams over plain HTTP. Protocol, section 4. */
export const streamOperations: readonly Operation[] = [
  {
    method: "get",
    path: "/api/v1/streams",
    tag: "Streams",
    summary: "List the streams",
    answers: {
      200: { description: "The streams", schema: "Streams", example: streamExamples.streams },
      ...refusals(),
    },
  },
  {
    method: "get",
    path: "/api/v1/streams/{name}",
    tag: "Streams",
    summary: "The newest value, or what came since",
    description:
      "Alone, the newest message, polled from the node if nobody listens. With `since` or `wait`, the messages after that offset, waiting up to `wait` seconds (60 at most).",
    parameters: name,
    query: newsQuery,
    answers: {
      200: {
        description: "The message, or the news",
        schema: "StreamAnswer",
        example: streamExamples.newest,
      },
      ...refusals(400, 404, 503),
    },
  },
  {
    method: "get",
    path: "/api/v1/streams/{name}/events",
    tag: "Streams",
    summary: "A stream as server-sent events",
    description: "`Last-Event-ID`, or `last_event_id` in the query, names the event to go on after.",
    parameters: name,
    query: eventsQuery.pick({ last_event_id: true }),
    answers: { 200: events, ...refusals(400, 404, 503) },
  },
  {
    method: "get",
    path: "/api/v1/streams/events",
    tag: "Streams",
    summary: "Several streams as server-sent events",
    description:
      "`streams` names them with commas between, up to 32; the id is `EPOCH:OFFSET.OFFSET` in their order.",
    query: eventsQuery,
    answers: { 200: events, ...refusals(400, 404, 503) },
  },
];
