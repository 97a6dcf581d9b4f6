import {
  type AlertRule,
  alertRules,
  descriptionOf,
  type OutsideRule,
  outsideRules,
  prometheusTemplate,
} from "../../lib/operations/mod.ts";
import { wrap } from "../../lib/cli/text.ts";

const width = 110;

const opening =
  `# Made from lib/operations/alerts/rules.ts by \`deno task docs\`; edit that file, not this one.
# \`promtool check rules alerts.yml\` and \`promtool test rules alerts_test.yml\` hold these to what they say.
# Page for \`critical\`; look at \`warning\` in working hours. The job is called as in prometheus.yml.
groups:
  - name: heliograph
    rules:
`;

/** deploy/prometheus/alerts.yml. */
export function prometheusAlerts(): string {
  return opening + [...outsideRules, ...alertRules].map(ruleOf).join("\n");
}

function ruleOf(rule: AlertRule | OutsideRule): string {
  const { name, severity, for: wait, summary } = rule;
  const expression = "when" in rule ? rule.when.promql : rule.promql;
  return [
    `      - alert: ${name}`,
    `        expr: >-`,
    ...expression.split(/ (?=and )/).flatMap((part) => block(part, 10)),
    ...wait === undefined ? [] : [`        for: ${wait}`],
    `        labels: { severity: ${severity} }`,
    `        annotations:`,
    `          summary: ${JSON.stringify(prometheusTemplate(summary))}`,
    `          description: >-`,
    ...block(prometheusTemplate(descriptionOf(rule)), 12),
    "",
  ].join("\n");
}

function block(text: string, indent: number): string[] {
  return wrap(text, width - indent).map((line) => " ".repeat(indent) + line);
}
