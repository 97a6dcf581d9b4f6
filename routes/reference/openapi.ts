import type { z } from "zod";
import { describeSettings } from "../../lib/config/mod.ts";
import type { Json } from "../../lib/protocol/mod.ts";
import { type Answer, type Operation, tags } from "../http/documented.ts";
import { componentSchemas, inlineSchema, isRequired, refTo } from "./components.ts";
import { product } from "./product.ts";
import { kindsOf, type Reference } from "./reference.ts";

/** The OpenAPI 3.1 document of all HTTP requests, made from the schemas that check them. */
export function openApi(reference: Reference): Json {
  return {
    openapi: "3.1.0",
    info: {
      ...product,
      description:
        "The HTTP side of Heliograph. What is spoken on WebSockets is in the AsyncAPI document, /docs/asyncapi.json. Any request may be answered with 414 or 431 where its URL or headers are too large.",
    },
    servers: [{ url: "/" }],
    tags: Object.entries(tags).map(([name, description]) => ({ name, description })),
    paths: pathsOf(reference.operations),
    components: {
      schemas: componentSchemas("draft-2020-12", kindsOf(reference)),
      securitySchemes: {
        admin: { type: "http", scheme: "bearer", description: "HELIOGRAPH_ADMIN_TOKEN" },
        apiKey: {
          type: "apiKey",
          in: "header",
          name: "x-api-key",
          description: "Made by POST /admin/api-keys",
        },
      },
    },
    "x-settings": describeSettings().map(({ name, default: fallback, allowed, doc, variable }) => ({
      name,
      default: fallback,
      allowed,
      description: doc,
      variable,
    })),
  };
}

function pathsOf(all: readonly Operation[]): Json {
  const paths: Record<string, Record<string, Json>> = {};
  for (const operation of all) {
    const item = paths[operation.path] ??= {};
    item[operation.method] = operationOf(operation);
  }
  return paths;
}

function operationOf(operation: Operation): Json {
  const { method, path, tag, summary, description, security, body, answers } = operation;
  const parameters = parametersOf(operation);
  return {
    operationId: `${method} ${path}`.replaceAll(/\W+/g, "_").replace(/_$/, ""),
    tags: [tag],
    summary,
    ...(description === undefined ? {} : { description }),
    ...(security === undefined ? {} : { security: [{ [security]: [] }] }),
    ...(parameters.length === 0 ? {} : { parameters }),
    ...(body === undefined ? {} : { requestBody: bodyOf(body) }),
    responses: Object.fromEntries(
      Object.entries(answers).map(([status, answer]) => [status, answerOf(answer)]),
    ),
  };
}

function bodyOf({ kind, example = kind.example, optional = false }: NonNullable<Operation["body"]>): Json {
  return { required: !optional, content: { "application/json": { schema: refTo(kind.name), example } } };
}

function answerOf({ description, type, kind, example = kind?.example }: Answer): Json {
  if (kind === undefined && type === undefined) return { description };
  const content = {
    ...(kind === undefined ? {} : { schema: refTo(kind.name) }),
    ...(example === undefined ? {} : { example }),
  };
  return { description, content: { [type ?? "application/json"]: content } };
}

function parametersOf({ parameters = {}, query, headers }: Operation): Json[] {
  const inPath = Object.entries(parameters).map(([name, description]) => ({
    name,
    in: "path",
    required: true,
    description,
    schema: { type: "string" },
  }));
  return [...inPath, ...membersOf("query", query), ...membersOf("header", headers)];
}

function membersOf(place: "query" | "header", object: z.ZodObject | undefined): Json[] {
  return Object.entries(object?.shape ?? {}).map(([name, schema]: [string, z.ZodType]) => ({
    name,
    in: place,
    required: isRequired(schema),
    schema: inlineSchema(schema),
  }));
}
