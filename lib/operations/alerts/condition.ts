import type { Labels, MetricName } from "../../telemetry/mod.ts";
import type { Expression } from "./expression.ts";
import type { MetricPast } from "./past.ts";

/** How a value stands to what it must not come to. */
export interface Finding {
  readonly labels: Labels;
  readonly value: number;
  readonly threshold: number;
  readonly holds: boolean;
}

/** What an alert is raised for. */
export interface Condition {
  readonly promql: string;
  readonly reads: readonly MetricName[];
  readonly evaluate: (past: MetricPast) => readonly Finding[];
}

const relations = {
  ">": (value: number, threshold: number) => value > threshold,
  "<": (value: number, threshold: number) => value < threshold,
  ">=": (value: number, threshold: number) => value >= threshold,
  "==": (value: number, threshold: number) => value === threshold,
};

/** A value against a number, or against the value of something else at the same labels. */
export function is(
  left: Expression,
  relation: keyof typeof relations,
  right: number | Expression,
): Condition {
  const isNumber = typeof right === "number";
  return {
    promql: `${left.promql} ${relation} ${isNumber ? right : right.promql}`,
    reads: [...left.reads, ...isNumber ? [] : right.reads],
    evaluate: (past) => {
      const others = isNumber ? [] : right.evaluate(past);
      return left.evaluate(past).flatMap(({ labels, value }) => {
        const threshold = isNumber ? right : others.find((other) => isSame(other.labels, labels))?.value;
        if (threshold === undefined) return [];
        return [{ labels, value, threshold, holds: relations[relation](value, threshold) }];
      });
    },
  };
}

/** Holds where others do too, at the same labels. */
export function all(first: Condition, ...others: readonly Condition[]): Condition {
  return {
    promql: [first, ...others].map(({ promql }) => promql).join(" and "),
    reads: [first, ...others].flatMap(({ reads }) => reads),
    evaluate: (past) => {
      const found = others.map((other) => other.evaluate(past));
      return first.evaluate(past).map((finding) => ({
        ...finding,
        holds: finding.holds &&
          found.every((findings) =>
            findings.some(({ labels, holds }) => holds && isSame(labels, finding.labels))
          ),
      }));
    },
  };
}

function isSame(some: Labels, others: Labels): boolean {
  const names = Object.keys(some);
  return names.length === Object.keys(others).length &&
    names.every((name) => some[name] === others[name]);
}
