import { z } from "zod";
import { CallRefused, type ChainNode, NodeError } from "../lib/streams/mod.ts";

const largestBody = 64 * 1024;
const largestBatch = 100;

/** Errors that JSON-RPC 2.0 names, section 5.1. */
const rpcErrors = {
  parse: { code: -32700, message: "Parse error" },
  request: { code: -32600, message: "Invalid Request" },
  params: { code: -32602, message: "Invalid params" },
  internal: { code: -32603, message: "Internal error" },
} as const;

interface RpcError {
  readonly code: number;
  readonly message: string;
}

const idSchema = z.union([z.string(), z.number(), z.null()]);
const requestSchema = z.object({
  jsonrpc: z.literal("2.0"),
  method: z.string(),
  params: z.union([z.record(z.string(), z.unknown()), z.array(z.unknown())]).optional(),
  id: idSchema.optional(),
});

type Id = z.output<typeof idSchema>;

function failed(error: RpcError, id: Id = null): Record<string, unknown> {
  return { jsonrpc: "2.0", error, id };
}

function errorOf(error: unknown): RpcError {
  if (error instanceof CallRefused) return { code: error.code, message: error.reason };
  if (error instanceof NodeError) return { ...rpcErrors.internal, message: error.message };
  return rpcErrors.internal;
}

/** The id of a request that is amiss otherwise, where it can be told. */
function idIn(message: unknown): Id {
  const outcome = z.object({ id: idSchema }).safeParse(message);
  return outcome.success ? outcome.data.id : null;
}

/** The answer to one request object; undefined for a notification, which gets none. */
async function answerOne(node: ChainNode, message: unknown): Promise<unknown> {
  const { success, data: request } = requestSchema.safeParse(message);
  if (!success) return failed(rpcErrors.request, idIn(message));
  const { id, method, params = {} } = request;
  // The methods know their parameters by name only.
  if (Array.isArray(params) && params.length > 0) {
    return id === undefined ? undefined : failed(rpcErrors.params, id);
  }
  try {
    const result = await node.call(method, Array.isArray(params) ? {} : params);
    return id === undefined ? undefined : { jsonrpc: "2.0", result, id };
  } catch (error) {
    return id === undefined ? undefined : failed(errorOf(error), id);
  }
}

async function answerAll(node: ChainNode, messages: readonly unknown[]): Promise<unknown> {
  if (messages.length === 0) return failed(rpcErrors.request);
  if (messages.length > largestBatch) {
    return failed({ code: rpcErrors.request.code, message: `Batch of more than ${largestBatch}` });
  }
  const answers = await Promise.all(messages.map((message) => answerOne(node, message)));
  const given = answers.filter((answer) => answer !== undefined);
  return given.length === 0 ? undefined : given;
}

/** The body's text, undefined when it is larger than 64 KiB. Throws when it is not UTF-8. */
async function readText({ body }: Request): Promise<string | undefined> {
  const decoder = new TextDecoder("utf-8", { fatal: true });
  let size = 0;
  let text = "";
  for await (const chunk of body ?? []) {
    size += chunk.byteLength;
    if (size > largestBody) return undefined;
    text += decoder.decode(chunk, { stream: true });
  }
  return text + decoder.decode();
}

async function post(node: ChainNode, request: Request): Promise<Response> {
  let message: unknown;
  try {
    const text = await readText(request);
    if (text === undefined) {
      const error = { code: rpcErrors.request.code, message: `Request larger than ${largestBody} bytes` };
      return Response.json(failed(error), { status: 413 });
    }
    message = JSON.parse(text);
  } catch {
    return Response.json(failed(rpcErrors.parse));
  }
  const answer = await (Array.isArray(message) ? answerAll(node, message) : answerOne(node, message));
  return answer === undefined ? new Response(null, { status: 204 }) : Response.json(answer);
}

/** Serves a node's methods as JSON-RPC 2.0 over HTTP POST; GET answers what this is. */
export function rpcHandler(node: ChainNode): (request: Request) => Promise<Response> | Response {
  return (request) => {
    if (request.method === "POST") return post(node, request);
    if (request.method === "GET" || request.method === "HEAD") {
      return new Response("A simulated chain node: POST JSON-RPC 2.0 here\n");
    }
    return new Response("Method not allowed\n", { status: 405, headers: { allow: "GET, HEAD, POST" } });
  };
}
