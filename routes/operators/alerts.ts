import { Hono } from "hono";
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
import { formatTimestamp, toldAlerts, webhookDelivery } from "../../lib/protocol/mod.ts";
import { answerJson } from "../http/answer_json.ts";
import type { Env } from "../http/env.ts";
import { BadRequest } from "../http/errors.ts";
import { adminRoute } from "./admin_route.ts";

/** What somebody has to look at. Below `/admin`, whose token is checked there. Protocol, section 6. */
export function alertRoutes({ console }: Gateway): Hono<Env> {
  const { alerts, instance } = console;
  return new Hono<Env>()
    .get(
      "/",
      adminRoute({
        summary: "Alerts, and the rules that they come from",
        description:
          "The rules of `deploy/prometheus/alerts.yml`, which the server judges itself every 15 seconds, for itself alone.",
        answers: { 200: { description: "The alerts", kind: toldAlerts } },
      }, (context) => {
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
      }),
    )
    .post(
      "/test",
      adminRoute({
        summary: "Try the webhook",
        description:
          "Posts one message that is no alert to `alerts.webhook`, and waits 10 seconds for the answer.",
        answers: { 200: { description: "What became of it", kind: webhookDelivery } },
      }, async (context) => {
        if (console.webhook === undefined) {
          throw new BadRequest("No webhook is configured: start with --alerts.webhook=URL", 404, "not_found");
        }
        return answerJson(context, describeDelivery(await console.webhook.test()));
      }),
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
