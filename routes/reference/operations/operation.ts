import type { z } from "zod";
import { errorKinds } from "../../../lib/protocol/mod.ts";
import type { Json } from "../../../lib/protocol/mod.ts";
import type { Tag } from "../../http/documented.ts";
import type { SchemaName } from "../components.ts";
import { operatorExamples } from "../schemas/operators.ts";

/** What a request may be answered with. */
export interface Answer {
  readonly description: string;
  /** Media type; JSON where there is a schema and none is named. */
  readonly type?: string;
  readonly schema?: SchemaName;
  readonly example?: Json;
}

/** A request that the gateway takes. */
export interface Operation {
  readonly method: "get" | "post" | "put" | "delete";
  /** With parameters in braces. */
  readonly path: string;
  readonly tag: Tag;
  readonly summary: string;
  readonly description?: string;
  readonly security?: "admin" | "apiKey";
  /** What the path's parameters are. */
  readonly parameters?: Readonly<Record<string, string>>;
  readonly query?: z.ZodObject;
  readonly headers?: z.ZodObject;
  readonly body?: { readonly schema: SchemaName; readonly example: Json; readonly optional?: boolean };
  readonly answers: Readonly<Record<number, Answer>>;
}

const reasons: Readonly<Record<number, string>> = {
  400: "The request is not of the form that is expected",
  401: "Nobody has proved who asks",
  403: "Whoever asks may not",
  404: "There is no such thing",
  408: "The body did not come in time",
  409: "It conflicts with what was accepted before, or was sent before",
  413: "It is too large",
  415: "A file of this type is not taken",
  422: "It breaks a rule",
  426: "Only a WebSocket connects here",
  429: "Too many requests; `retry_after_ms` says when the next is taken",
  500: "A fault of the gateway",
  503: "Not now: the gateway is draining, disabled or cannot store",
};

/** Refusals with their usual meaning and body; one is answered by every route. */
export function refusals(...statuses: number[]): Record<number, Answer> {
  const { error } = operatorExamples;
  return Object.fromEntries([...statuses, 429, 500].map((status) => [
    status,
    { description: reasons[status] ?? "", schema: "Error" as const, example: withCode(error, status) },
  ]));
}

function withCode(example: typeof operatorExamples.error, status: number): Json {
  const kind = Object.entries(errorKinds).find(([, kind]) => kind.status === status);
  if (kind === undefined) return example;
  const [code, { message }] = kind;
  return { message, error: { code, message } };
}
