import { assertEquals, assertStringIncludes } from "@std/assert";
import { Scene } from "../../helpers/scene.ts";

interface Document {
  readonly components: {
    readonly messages: Readonly<
      Record<string, { readonly summary: string; readonly examples: { payload: unknown }[] }>
    >;
    readonly schemas: Readonly<Record<string, { readonly properties: Readonly<Record<string, unknown>> }>>;
  };
  readonly channels: { readonly streams: { readonly messages: Readonly<Record<string, unknown>> } };
}

Deno.test("the reference of a running server tells of the operator's own streams, as they are now", async () => {
  await using scene = await Scene.start({
    streams: [{
      name: "heights",
      period: 5,
      method: "light.latest_header",
      description: "How high",
      private: false,
    }],
  });
  const read = async (): Promise<Document> =>
    (await scene.call("GET", "/docs/asyncapi.json")).body as unknown as Document;
  assertEquals((await read()).components.messages["stream.heights"]?.summary, "How high");

  const schema = { title: "Error", type: "object", properties: { title: { type: "string" } } };
  const declare = (description: string) =>
    scene.server.admin("PUT", "/admin/streams/team:fees", { description, schema, example: { title: "a" } });
  await declare("Fees");
  const { components: { messages, schemas }, channels } = await read();
  const [name = ""] = Object.keys(messages).filter((each) => each.startsWith("stream.team_fees"));
  assertEquals(name in channels.streams.messages, true);
  assertEquals(messages[name]?.examples[0]?.payload, {
    type: "team:fees",
    data: { title: "a" },
    timestamp: 1_795_248_000,
    offset: 17,
  });
  const { data } = schemas[name.replace("stream", "Stream")]?.properties ?? {};
  assertEquals(data, { type: "object", properties: { title: { type: "string" } } });

  await declare("Fees of the last block");
  assertEquals((await read()).components.messages[name]?.summary, "Fees of the last block");
  const page = await (await fetch(`${scene.server.url}/docs`)).text();
  assertStringIncludes(page, "Fees of the last block");
  await scene.server.admin("DELETE", "/admin/streams/team:fees");
  assertEquals(name in (await read()).components.messages, false);
});
