import type { z } from "zod";
import { describeSettings } from "../../lib/config/mod.ts";
import { componentSchemas, inlineSchema, type Json, refTo } from "./components.ts";
import { type Answer, type Operation, operations, secondSpellings, tags } from "./operations/mod.ts";
import { product } from "./product.ts";

/** The OpenAPI 3.1 document of all HTTP requests, made from the schemas that check them. */
export function openApi(): Json {
  return {
    openapi: "3.1.0",
    info: {
      ...product,
      description:
        "The HTTP side of Heliograph. What is spoken on WebSockets is in the AsyncAPI document, /docs/asyncapi.json. Any request may be answered with 414 or 431 where its URL or headers are too large.",
    },
    servers: [{ url: "/" }],
    tags: Object.entries(tags).map(([name, description]) => ({ name, description })),
    paths: pathsOf([...operations, ...secondSpellings]),
    components: {
      schemas: componentSchemas("draft-2020-12"),
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

function bodyOf({ schema, example, optional = false }: NonNullable<Operation["body"]>): Json {
  return { required: !optional, content: { "application/json": { schema: refTo(schema), example } } };
}

function answerOf({ description, type, schema, example }: Answer): Json {
  if (schema === undefined && type === undefined) return { description };
  const content = {
    ...(schema === undefined ? {} : { schema: refTo(schema) }),
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
    required: !schema.safeParse(undefined).success,
    schema: inlineSchema(schema),
  }));
}
