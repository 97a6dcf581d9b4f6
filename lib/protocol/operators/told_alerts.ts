import { z } from "zod";
import { Kind } from "../kind.ts";
import { time } from "../messages/miners.ts";

const severity = () => z.enum(["critical", "warning"]);
const raised = () =>
  z.object({
    name: z.string(),
    severity: severity(),
    labels: z.record(z.string(), z.string()),
    state: z.enum(["pending", "firing"]).describe("firing: it has held for as long as the rule says"),
    since: time(),
    ended_at: time().nullable(),
    value: z.number(),
    threshold: z.number(),
    unit: z.string(),
    summary: z.string(),
    advice: z.string().describe("what to do about it"),
  });

const exampleAlert = {
  name: "HeliographStreamStale",
  severity: "critical",
  labels: { stream: "peers" },
  state: "firing",
  since: "2026-11-21T08:00:00.000+00:00",
  ended_at: null,
  value: 1,
  threshold: 1,
  unit: "",
  summary: "Stream peers of gateway.example.org is stale",
  advice: "The node behind rpc_url has failed for two minutes, and subscribers are told so.",
};

/** What became of a message to the webhook. Protocol, section 6. */
export const webhookDelivery = new Kind(
  "WebhookTest",
  () =>
    z.object({
      at: time(),
      attempts: z.number().int(),
      status: z.number().int().nullable().describe("of the last answer; null where there was none"),
      problem: z.string().nullable().describe("null where the receiver took it"),
    }),
  { at: "2026-11-21T08:02:00.000+00:00", attempts: 1, status: 200, problem: null },
);

/** What somebody has to look at, and the rules that say so. Protocol, section 6. */
export const toldAlerts = new Kind(
  "Alerts",
  () =>
    z.object({
      judged_at: time().nullable(),
      firing: z.number().int().describe("how many fire"),
      alerts: z.array(raised()).describe("what holds now"),
      ended: z.array(raised()).describe("what fired and is over, the newest first"),
      rules: z.array(z.object({
        name: z.string(),
        severity: severity(),
        state: z.enum(["quiet", "pending", "firing", "outside"])
          .describe("outside: only a Prometheus can judge it, since a server that is down cannot"),
        for_seconds: z.number(),
        value: z.number().nullable().describe("null where nothing is known"),
        threshold: z.number().nullable(),
        unit: z.string().describe("`/s`, `s`, or empty for a count"),
        since: time().nullable(),
        expression: z.string().describe("in the language of Prometheus"),
        advice: z.string(),
      })),
      webhook: z.object({ host: z.string(), last: webhookDelivery.schema.nullable() }).nullable()
        .describe("null where none is configured (`alerts.webhook`)"),
    }),
  {
    judged_at: "2026-11-21T08:02:00.000+00:00",
    firing: 1,
    alerts: [exampleAlert],
    ended: [],
    rules: [{
      name: "HeliographStreamStale",
      severity: "critical",
      state: "firing",
      for_seconds: 120,
      value: 1,
      threshold: 1,
      unit: "",
      since: exampleAlert.since,
      expression: `max by (instance, stream) (heliograph_stream_stale{job="heliograph"}) == 1`,
      advice: exampleAlert.advice,
    }],
    webhook: { host: "alerts.example.org", last: webhookDelivery.example },
  },
);

/** What somebody has to look at, and the rules that say so. Times are ISO 8601. */
export type ToldAlerts = Readonly<z.infer<typeof toldAlerts.schema>>;

/** Something that a rule was made for. */
export type ToldAlert = Readonly<ToldAlerts["alerts"][number]>;

/** A rule, and how it stands. */
export type ToldAlertRule = Readonly<ToldAlerts["rules"][number]>;

/** What became of a message to the webhook. */
export type WebhookDelivery = Readonly<z.infer<typeof webhookDelivery.schema>>;
