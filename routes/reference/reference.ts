import type { RouterRoute } from "hono/types";
import { jobConversation } from "../../lib/inscriptions/mod.ts";
import {
  type Conversation,
  type Kind,
  type MessageEntry,
  minerConversation,
  streamConversation,
} from "../../lib/protocol/mod.ts";
import { type Operation, operationsOf } from "../http/documented.ts";

/** All that the documents and the page tell of. */
export interface Reference {
  /** Every request that the gateway takes. */
  readonly operations: readonly Operation[];
  /** Everything that is spoken on connections. */
  readonly conversations: readonly Conversation[];
  /** Those of the requests that are taken where the reference is read. */
  readonly served: readonly Operation[];
}

/** The reference of an app's routes, of which `served` are on the port where it is read, with `own` messages of streams. */
export function referenceOf(
  routes: readonly RouterRoute[],
  served = routes,
  own: Readonly<Record<string, MessageEntry>> = {},
): Reference {
  const streams = { ...streamConversation, messages: { ...streamConversation.messages, ...own } };
  const conversations = [minerConversation, streams, jobConversation];
  return { operations: operationsOf(routes), conversations, served: operationsOf(served) };
}

/** Every kind of value that is told of. */
export function kindsOf({ operations, conversations }: Reference): ReadonlySet<Kind> {
  const inRequests = operations.flatMap(({ body, answers }) => [
    ...body === undefined ? [] : [body.kind],
    ...Object.values(answers).flatMap(({ kind }) => kind ?? []),
  ]);
  const inMessages = conversations.flatMap(({ messages }) => Object.values(messages).map(({ kind }) => kind));
  return new Set([...inRequests, ...inMessages].flatMap(withParts));
}

function withParts(kind: Kind): Kind[] {
  return [kind, ...kind.parts.flatMap(withParts)];
}
