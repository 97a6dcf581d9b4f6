import { Hono } from "hono";
import { z } from "zod";
import { describeSettings, originOf, showSetting } from "../../lib/config/mod.ts";
import type { Gateway } from "../../lib/gateway/mod.ts";
import { Kind, toldSetting } from "../../lib/protocol/mod.ts";
import { answerJson } from "../http/answer_json.ts";
import type { Env } from "../http/env.ts";
import { adminRoute } from "./admin_route.ts";

const configList = new Kind(
  "Configuration",
  () => z.object({ settings: z.array(toldSetting.schema) }),
  { settings: [toldSetting.example] },
);

/** The settings in force. Below `/admin`, where it is checked who asks. Protocol, section 6. */
export function settingRoutes({ config }: Gateway): Hono<Env> {
  return new Hono<Env>()
    .get(
      "/",
      adminRoute({
        summary: "The settings in force, secrets masked",
        answers: { 200: { description: "The settings", kind: configList } },
      }, (context) =>
        answerJson(context, {
          settings: describeSettings().map((setting) => ({
            name: setting.name,
            value: showSetting(config, setting.name) ?? null,
            source: originOf(config, setting.name),
            default: setting.default,
            unit: setting.unit ?? null,
            doc: setting.doc,
          })),
        })),
    );
}
