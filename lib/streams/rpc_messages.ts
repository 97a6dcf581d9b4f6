import { z } from "zod";
import { describeIssue } from "../protocol/mod.ts";
import { escapeControls } from "../telemetry/mod.ts";
import { NodeError, type RpcParams } from "./node.ts";

const longestText = 200;

/** A method to call, and with what. */
export interface RpcCall {
  readonly id: number;
  readonly method: string;
  readonly params: RpcParams | undefined;
}

/** A request object. JSON-RPC 2.0, section 4. */
export function rpcRequest({ id, method, params }: RpcCall): Record<string, unknown> {
  return { jsonrpc: "2.0", id, method, ...(params === undefined ? {} : { params }) };
}

/** An answer that is none. */
export function nonsense(method: string, detail: string): NodeError {
  return new NodeError(`the node answered nonsense to ${method}: ${detail}`);
}

/** Whether a value is a JSON object. */
export function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** Text from the node in a form that can be shown: no control characters, at most 200 characters. */
function cleanText(text: string): string {
  return escapeControls(text.slice(0, longestText)).slice(0, longestText);
}

function describeError(error: unknown): string {
  if (typeof error === "string") return `error: ${cleanText(error)}`;
  if (!isRecord(error)) return "an error that it does not describe";
  const code = typeof error["code"] === "number" ? ` ${error["code"]}` : "";
  const message = typeof error["message"] === "string" ? `: ${cleanText(error["message"])}` : "";
  return `error${code}${message}`;
}

/**
 * The result in a response object. JSON-RPC 2.0, section 5; `error: null` beside a result is version 1.
 *
 * @throws {NodeError} when it holds an error, or neither
 */
export function readResult(method: string, answer: unknown): unknown {
  if (!isRecord(answer)) throw nonsense(method, "expected an object");
  const { error, result } = answer;
  if (error !== undefined && error !== null) {
    const code = isRecord(error) && typeof error["code"] === "number" ? error["code"] : undefined;
    throw new NodeError(`the node answered ${method} with ${describeError(error)}`, code);
  }
  if (result === undefined) throw nonsense(method, "expected a result or an error");
  return result;
}

/** The answers of a batch by the id that they go with, which some nodes turn into text; undefined when there are none. */
export function readBatch(answer: unknown, calls: readonly RpcCall[]): Map<RpcCall, unknown> | undefined {
  if (!Array.isArray(answer)) return undefined;
  const byId = new Map(answer.filter(isRecord).map((member) => [String(member["id"]), member]));
  const answers = new Map<RpcCall, unknown>();
  for (const call of calls) {
    const member = byId.get(String(call.id));
    if (member !== undefined) answers.set(call, member);
  }
  return answers.size === 0 ? undefined : answers;
}

/** Something counted or measured. Nodes that have nothing to tell leave it out, so that is 0; null is not known. */
export const countSchema = z.number().nonnegative().nullable().default(0);

/** A text that is cut where it gets longer than people can use. */
export const textSchema = z.string().transform((text) => text.slice(0, longestText));

/**
 * What a method answered, as `schema` makes it.
 *
 * @throws {NodeError} when it does not fit
 */
export function readAnswer<T>(method: string, schema: z.ZodType<T>, result: unknown): T {
  const outcome = schema.safeParse(result);
  if (outcome.success) return outcome.data;
  throw nonsense(method, describeIssue(outcome.error));
}
