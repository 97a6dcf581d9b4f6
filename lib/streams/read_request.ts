import { z } from "zod";
import { describeIssue, type Position, positionSchema } from "../protocol/mod.ts";

const maxStreams = 32;

const positions = z.record(z.string(), z.unknown());

/** A stream that a client asks for or wants no more, from where on, and what it shows for that. */
export interface Requested {
  readonly name: string;
  readonly position: Position | undefined;
  readonly tokens: readonly string[];
}

/**
 * Reads what a `subscribe` or `unsubscribe` names: `stream` or `streams`; `recover`, which is a position, or one for each
 * stream by its name; `token` or `tokens`, which say themselves for which stream they are. Protocol, section 4.
 *
 * @throws {TypeError} that says what is wrong
 */
export function readRequest(message: Readonly<Record<string, unknown>>): Requested[] {
  const { stream, streams = [stream], recover, token, tokens = token === undefined ? [] : [token] } = message;
  if (!Array.isArray(streams) || streams.length > maxStreams) {
    throw new TypeError(`streams: expected a list of at most ${maxStreams} names`);
  }
  const shown = z.array(z.string()).max(maxStreams).safeParse(tokens);
  if (!shown.success) throw new TypeError(`tokens: expected a list of at most ${maxStreams} texts`);
  const names = new Set(streams.map((name) => typeof name === "string" ? name : ""));
  return Array.from(names, (name) => ({
    name,
    position: readPosition(recover, name, names.size === 1),
    tokens: shown.data,
  }));
}

function readPosition(recover: unknown, name: string, isOnly: boolean): Position | undefined {
  if (recover === undefined || recover === null) return undefined;
  const direct = positionSchema.safeParse(recover);
  if (isOnly && direct.success) return direct.data;
  const byName = positions.safeParse(recover);
  const own = byName.success && Object.hasOwn(byName.data, name) ? byName.data[name] : undefined;
  // A position meant for one stream says nothing about several.
  if (byName.success && own === undefined && !("epoch" in byName.data)) return undefined;
  const read = positionSchema.safeParse(own ?? recover);
  if (!read.success) throw new TypeError(`recover: ${describeIssue(read.error)}`);
  if (own === undefined) throw new TypeError("recover: expected a position for each stream by its name");
  return read.data;
}
