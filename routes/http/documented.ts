import type { Handler } from "hono";
import type { RouterRoute } from "hono/types";
import { findTargetHandler } from "hono/utils/handler";
import { z } from "zod";
import { denials, errorKinds, type Json, Kind } from "../../lib/protocol/mod.ts";
import type { Env } from "./env.ts";

/** The chapters of the reference. */
export const tags = {
  Miners: "Signed predictions and their confirmations where WebSockets do not get through",
  Bittensor: "Synapses of Bittensor's dendrite, answered as by an axon",
  Streams: "A chain node's data, live",
  Inscriptions: "Files that go to a ledger, with an API key",
  Operators: "The operator's own back end, with the admin token",
  Health: "What load balancers and monitoring ask",
  Pages: "Pages for people, and where WebSockets connect",
} as const;

/** A chapter of the reference. */
export type Tag = keyof typeof tags;

/** What a request may be answered with. */
export interface Answer {
  readonly description: string;
  /** Media type; JSON where there is a kind and none is named. */
  readonly type?: string;
  readonly kind?: Kind;
  /** Where it is not that of its kind. */
  readonly example?: Json;
}

/** What the reference says of a request. */
export interface Documentation<Parameter extends string = string> {
  readonly tag: Tag;
  readonly summary: string;
  readonly description?: string;
  readonly security?: "admin" | "apiKey";
  /** What the path's parameters are. */
  readonly parameters?: Readonly<Record<Parameter, string>>;
  readonly query?: z.ZodObject;
  readonly headers?: z.ZodObject;
  readonly body?: { readonly kind: Kind; readonly example?: Json; readonly optional?: boolean };
  readonly answers: Readonly<Record<number, Answer>>;
}

/** A request that the gateway takes. */
export interface Operation extends Documentation {
  readonly method: string;
  /** With parameters in braces. */
  readonly path: string;
}

const documentation = new WeakMap<object, Documentation>();

/** A route's handler, with what the reference tells of it: it can read the path's parameters that are named there. */
export function documented<Parameter extends string>(
  told: Documentation<Parameter>,
  handler: Handler<Env, `/:${Parameter}`>,
): Handler<Env, `/:${Parameter}`> {
  // One handler may serve several routes, each with its own documentation.
  const route: typeof handler = (context, next) => handler(context, next);
  documentation.set(route, told);
  return route;
}

/** What an upgraded request becomes. */
export const upgraded: Answer = {
  description: "A WebSocket; the AsyncAPI document says what is spoken on it",
};

/** What is told of an app's routes, in their order. */
export function operationsOf(routes: readonly RouterRoute[]): Operation[] {
  return routes.flatMap(({ method, path, handler }) => {
    const told = documentation.get(findTargetHandler(handler));
    const inBraces = path.replaceAll(/:(\w+)/g, "{$1}").replace(/\*$/, "");
    return told === undefined ? [] : { ...told, method: method.toLowerCase(), path: inBraces };
  });
}

/** How any request is refused. */
export const errorAnswer = new Kind(
  "Error",
  () =>
    z.looseObject({
      message: z.string(),
      error: z.looseObject({
        code: z.string().describe("a word to act on"),
        message: z.string(),
        reason: z.enum(denials).optional(),
        retry_after_ms: z.number().int().min(0).optional(),
      }),
    }),
  { message: "Not authorized", error: { code: "not_authorized", message: "Not authorized" } },
);

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
  423: "Changes are locked until the admin token was given again",
  426: "Only a WebSocket connects here",
  429: "Too many requests; `retry_after_ms` says when the next is taken",
  500: "A fault of the gateway",
  503: "Not now: the gateway is draining, disabled or cannot store",
};

/** Refusals with their usual meaning and body; two are answered by every route. */
export function refusals(...statuses: number[]): Record<number, Answer> {
  return Object.fromEntries([...statuses, 429, 500].map((status) => [
    status,
    { description: reasons[status] ?? "", kind: errorAnswer, example: refusalOf(status) },
  ]));
}

function refusalOf(status: number): Json {
  const kind = Object.entries(errorKinds).find(([, kind]) => kind.status === status);
  if (kind === undefined) return errorAnswer.example;
  const [code, { message }] = kind;
  return { message, error: { code, message } };
}
