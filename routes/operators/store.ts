import { Hono } from "hono";
import { showSetting } from "../../lib/config/mod.ts";
import type { Gateway } from "../../lib/gateway/mod.ts";
import { toldStore } from "../../lib/protocol/mod.ts";
import { answerJson } from "../http/answer_json.ts";
import type { Env } from "../http/env.ts";
import { adminRoute } from "./admin_route.ts";

/** How the store is. Below `/admin`, where it is checked who asks. Protocol, section 6. */
export function storeRoutes({ config, size, health }: Gateway): Hono<Env> {
  return new Hono<Env>()
    .get(
      "/",
      adminRoute({
        summary: "How large the store is, and what room there is",
        description: "How it grew is `store_bytes` of `/admin/history`.",
        answers: { 200: { description: "The store", kind: toldStore } },
      }, async (context) =>
        answerJson(context, {
          kind: size.kind,
          location: showSetting(config, "store") ?? "",
          bytes: await size.look() ?? null,
          free_bytes: size.free ?? null,
          min_free_bytes: size.least,
          durability: config["store.durability"],
          kept_in: await health.durability() ?? null,
        })),
    );
}
