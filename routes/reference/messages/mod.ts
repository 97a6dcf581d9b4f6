import { type Conversation, streamConversation } from "../../../lib/protocol/mod.ts";
import { kindOf } from "../kind_of.ts";
import { jobChannel } from "./jobs.ts";
import type { Channel } from "./message.ts";
import { minerChannel } from "./miners.ts";

function conversationOf({ messages, ...channel }: Channel): Conversation {
  const entries = messages.map((
    { name, schema, ...message },
  ) => [name, { ...message, kind: kindOf(schema) }]);
  return { ...channel, messages: Object.fromEntries(entries) };
}

/** Everything that is spoken on connections. */
export const conversations: readonly Conversation[] = [
  conversationOf(minerChannel),
  streamConversation,
  conversationOf(jobChannel),
];
