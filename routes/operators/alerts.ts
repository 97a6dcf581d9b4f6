import { Hono } from "hono";
import { z } from "zod";
import type { Gateway } from "../../lib/gateway/mod.ts";
import {
  type Alert,
  type AlertRule,
  alertRules,
  type Delivery,
  filled,
  milliseconds,
  type OutsideRule,
  outsideRules,
} from "../../lib/operations/mod.ts";
import { formatTimestamp, Kind, time } from "../../lib/protocol/mod.ts";
import { answerJson } from "../http/answer_json.ts";
import { documented, refusals } from "../http/documented.ts";
import type { Env } from "../http/env.ts";
import { BadRequest } from "../http/errors.ts";

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
const delivery = () =>
  z.object({
    at: time(),
    attempts: z.number().int(),
    status: z.number().int().nullable().describe("of the last answer; null where there was none"),
    problem: z.string().nullable().describe("null where the receiver took it"),
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
const exampleDelivery = {
  at: "2026-11-21T08:02:00.000+00:00",
  attempts: 1,
  status: 200,
  problem: null,
};
const alertList = new Kind(
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
      webhook: z.object({ host: z.string(), last: delivery().nullable() }).nullable()
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
    webhook: { host: "alerts.example.org", last: exampleDelivery },
  },
);
const tested = new Kind("WebhookTest", delivery, exampleDelivery);

/** What somebody has to look at. Below `/admin`, whose token is checked there. Protocol, section 6. */
export function alertRoutes({ console }: Gateway): Hono<Env> {
  const { alerts, instance } = console;
  return new Hono<Env>()
    .get(
      "/",
      documented({
        tag: "Operators",
        security: "admin",
        summary: "Alerts, and the rules that they come from",
        description:
          "The rules of `deploy/prometheus/alerts.yml`, which the server judges itself every 15 seconds, for itself alone.",
        answers: { 200: { description: "The alerts", kind: alertList }, ...refusals(401, 404) },
      }),
      (context) => {
        const { book, judgedAt, firing } = alerts;
        return answerJson(context, {
          judged_at: judgedAt === null ? null : formatTimestamp(judgedAt),
          firing,
          alerts: book.alerts.map((alert) => describe(alert, instance)),
          ended: book.ended.map((alert) => describe(alert, instance)),
          rules: [
            ...alertRules.map((rule) => describeRule(rule, gatewayState(rule))),
            ...outsideRules.map((rule) => describeRule(rule, outside)),
          ],
          webhook: describeWebhook(),
        });
      },
    )
    .post(
      "/test",
      documented({
        tag: "Operators",
        security: "admin",
        summary: "Try the webhook",
        description:
          "Posts one message that is no alert to `alerts.webhook`, and waits 10 seconds for the answer.",
        answers: { 200: { description: "What became of it", kind: tested }, ...refusals(401, 404) },
      }),
      async (context) => {
        if (console.webhook === undefined) {
          throw new BadRequest("No webhook is configured: start with --alerts.webhook=URL", 404, "not_found");
        }
        return answerJson(context, describeDelivery(await console.webhook.test()));
      },
    );

  function gatewayState(rule: AlertRule) {
    const held = alerts.book.alerts.filter((alert) => alert.rule === rule);
    const worst = held.find(({ state }) => state === "firing") ?? held[0];
    const nearest = alerts.book.nearest(rule);
    return {
      state: worst?.state ?? "quiet",
      value: nearest?.value ?? null,
      threshold: nearest?.threshold ?? null,
      since: worst === undefined ? null : formatTimestamp(worst.since),
    };
  }

  function describeWebhook() {
    const { webhook } = console;
    if (webhook === undefined) return null;
    return { host: webhook.host, last: webhook.last && describeDelivery(webhook.last) };
  }
}

const outside = { state: "outside", value: null, threshold: null, since: null };

function describeRule(rule: AlertRule | OutsideRule, state: object) {
  const { name, severity, unit, advice } = rule;
  return {
    name,
    severity,
    for_seconds: rule.for === undefined ? 0 : milliseconds(rule.for) / 1000,
    unit,
    expression: "when" in rule ? rule.when.promql : rule.promql,
    advice,
    ...state,
  };
}

function describe({ rule, labels, state, since, endedAt, value, threshold }: Alert, instance: string) {
  const named = { instance, ...labels };
  return {
    name: rule.name,
    severity: rule.severity,
    labels,
    state,
    since: formatTimestamp(since),
    ended_at: endedAt === null ? null : formatTimestamp(endedAt),
    value,
    threshold,
    unit: rule.unit,
    summary: filled(rule.summary, named, value),
    advice: rule.advice,
  };
}

function describeDelivery({ at, ...delivery }: Delivery) {
  return { at: formatTimestamp(at), ...delivery };
}
