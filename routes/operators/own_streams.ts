import { Hono } from "hono";
import { z } from "zod";
import type { Gateway } from "../../lib/gateway/mod.ts";
import { TokenBuckets } from "../../lib/hub/mod.ts";
import {
  type Declaration,
  declarationSchema,
  describeIssue,
  Kind,
  maxValueSize,
  ownStreamName,
  parseMessage,
  place,
  Refusal,
  toPlain,
  valueBounds,
} from "../../lib/protocol/mod.ts";
import { type OwnStream, TooManyStreams } from "../../lib/streams/mod.ts";
import { answerJson } from "../http/answer_json.ts";
import { operator, readBody } from "../http/body.ts";
import { refusals } from "../http/documented.ts";
import type { Env } from "../http/env.ts";
import { BadRequest } from "../http/errors.ts";
import { adminRoute } from "./admin_route.ts";

/** Bytes of a body beside the value in it. */
const around = 1024;

const declaration = new Kind("StreamDeclaration", () => declarationSchema, {
  description: "Fees of the last block",
  schema: { type: "object", properties: { base_fee: { type: "number" } }, required: ["base_fee"] },
  example: { base_fee: 12 },
  history: { size: 100 },
});
const ownStream = new Kind(
  "OwnStream",
  () =>
    z.looseObject({
      name: z.string(),
      period_ms: z.number().int().nullable().describe("null for one that is published to"),
      private: z.boolean().describe("whether a subscription needs a token"),
      description: z.string().optional(),
      subscribers: z.number().int().describe("at this server"),
      ...place(),
    }),
  {
    name: "fees",
    period_ms: null,
    private: false,
    description: "Fees of the last block",
    subscribers: 3,
    epoch: "3f9a01bc",
    offset: 17,
  },
);
const ownStreams = new Kind(
  "OwnStreams",
  () =>
    z.object({
      streams: z.array(ownStream.schema),
      prefixes: z.array(z.string()).describe("names that begin like that need no declaration, and a token"),
    }),
  { streams: [ownStream.example], prefixes: ["user:"] },
);
const value = new Kind(
  "StreamValue",
  () => z.strictObject({ data: z.record(z.string(), z.unknown()).describe("at most 64 KiB") }),
  { data: { base_fee: 12 } },
);
const published = new Kind("StreamPublished", () => z.object(place()), { epoch: "3f9a01bc", offset: 18 });
const removed = new Kind("StreamRemoved", () => z.object({ name: z.string(), removed: z.literal(true) }), {
  name: "fees",
  removed: true,
});

const parameters = { name: "the stream's name" };

/** Streams of the operator's own. Below `/admin`, whose token is checked there. Protocol, section 6. */
export function ownStreamRoutes(gateway: Gateway): Hono<Env> {
  const { streams, config, clock } = gateway;
  const rate = config["streams.publish_rate"];
  const rates = new TokenBuckets({ rate, burst: 4 * rate, clock });

  const describe = ({ stream, declaration: { schema: _, example: __, ...told } }: OwnStream) => ({
    name: stream.name,
    period_ms: stream.period,
    ...told,
    private: told.private || streams.access.isPrivate(stream.name),
    subscribers: stream.listeners,
    epoch: stream.channel.epoch,
    offset: stream.channel.offset,
  });

  /** Says where a value goes that is published to a stream. */
  const publisherOf = (name: string) => {
    const declared = streams.declared.find(name);
    if (declared !== undefined) {
      return (data: unknown) => {
        const fault = declared.check(data);
        if (fault !== undefined) throw new BadRequest(`Invalid data: ${fault}`, 422, "invalid_data");
        return declared.stream.publish(data);
      };
    }
    refuseMade(name);
    if (streams.access.isPrivate(name)) return (data: unknown) => streams.named.publish(name, data);
    throw new BadRequest("No such stream: declare it with PUT", 404, "unknown_stream");
  };

  /** Nobody may publish to what the gateway makes itself. */
  const refuseMade = (name: string) => {
    if (!streams.isPolled(name)) return;
    throw new BadRequest("This stream is polled from the node, or the gateway's own", 409, "polled_stream");
  };

  return new Hono<Env>()
    .get(
      "/",
      adminRoute({
        summary: "List the streams of your own",
        answers: { 200: { description: "Those that are declared", kind: ownStreams } },
      }, (context) =>
        answerJson(context, {
          streams: [...streams.own()].map(describe),
          prefixes: [...config["streams.private"]],
        })),
    )
    .put(
      "/:name",
      adminRoute({
        summary: "Declare a stream of your own",
        description:
          "It is there at every server of the store at once, subscribed to and recovered like the others. Declared again, it is changed; whoever listens stays.",
        parameters,
        body: { kind: declaration },
        answers: {
          200: { description: "Declared", kind: ownStream },
          ...refusals(400, 408, 409, 413),
        },
      }, async (context) => {
        const name = readName(context.req.param("name"));
        refuseMade(name);
        const text = await readBody(context, gateway, { maxSize: 2 * maxValueSize, name: operator });
        const declaration = readDeclaration(text);
        if (declaration.private && !streams.access.hasKey) {
          throw new BadRequest(
            "Invalid declaration: private: there is no streams.token_key to check tokens with",
          );
        }
        const declared = await streams.declared.declare(name, declaration).catch(refuseMore);
        return answerJson(context, describe(declared));
      }),
    )
    .post(
      "/:name",
      adminRoute({
        summary: "Publish a value",
        description:
          "Answered once it is kept, with its number. A stream whose name begins like `streams.private` says needs no declaration.",
        parameters,
        body: { kind: value },
        answers: {
          200: { description: "Published", kind: published },
          ...refusals(400, 408, 409, 413, 422),
        },
      }, async (context) => {
        const name = readName(context.req.param("name"));
        const publish = publisherOf(name);
        if (!rates.take(name)) {
          throw new Refusal("rate_limited", {
            detail: `at most ${rate} values a second to a stream`,
            retryAfterMs: rates.wait(name),
          });
        }
        const text = await readBody(context, gateway, { maxSize: maxValueSize + around, name: operator });
        const offset = await publish(readValue(text));
        return answerJson(context, { epoch: streams.epoch, offset });
      }),
    )
    .delete(
      "/:name",
      adminRoute({
        summary: "Remove a stream of your own",
        description: "Whoever listens is told `unknown_stream`.",
        parameters,
        answers: { 200: { description: "Removed", kind: removed }, ...refusals(409) },
      }, async (context) => {
        const name = context.req.param("name");
        refuseMade(name);
        if (!await streams.declared.remove(name)) {
          throw new BadRequest("No such stream", 404, "unknown_stream");
        }
        return answerJson(context, { name, removed: true });
      }),
    );
}

function readName(text: string): string {
  const read = ownStreamName.safeParse(text);
  if (read.success) return read.data;
  throw new BadRequest(`Invalid stream name: ${describeIssue(read.error)}`);
}

function readDeclaration(text: string): Declaration {
  const read = declarationSchema.safeParse(toPlain(parseMessage(text, valueBounds.publication)));
  if (read.success) return read.data;
  throw new BadRequest(`Invalid declaration: ${describeIssue(read.error)}`);
}

function readValue(text: string): Record<string, unknown> {
  const read = value.schema.safeParse(toPlain(parseMessage(text, valueBounds.publication)));
  if (!read.success) throw new BadRequest(`Invalid value: ${describeIssue(read.error)}`);
  return read.data.data;
}

function refuseMore(error: unknown): never {
  throw error instanceof TooManyStreams ? new BadRequest(error.message, 409, "too_many_streams") : error;
}
