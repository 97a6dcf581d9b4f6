import type { Stdio } from "../stdio.ts";
import { type Check, type Done, exitCodeOf, kindOf, type Reporter, statusOf } from "../../doctor/mod.ts";

const words = ["healthy", "findings", "unreachable"] as const;
import { jsonText } from "../text.ts";

/** One JSON object at the end. */
export class JsonReport implements Reporter {
  readonly #stdio: Stdio;
  #subject = "";

  constructor(stdio: Stdio) {
    this.#stdio = stdio;
  }

  begins(subject: string): void {
    this.#subject = subject;
  }

  starts(_check: Check): void {}

  tells(_progress: string): void {}

  ends(_done: Done): void {}

  stops(): void {}

  async finishes(all: readonly Done[]): Promise<void> {
    const code = exitCodeOf(all);
    const report = { subject: this.#subject, result: words[code], exit_code: code, checks: all.map(checkOf) };
    await this.#stdio.print(`${jsonText(report, rounded, 2)}\n`);
  }
}

/** More digits say nothing of a network. */
function rounded(_key: string, value: unknown): unknown {
  return typeof value === "number" ? Number(value.toFixed(3)) : value;
}

function checkOf({ id, outcome }: Done) {
  const { summary, facts = {}, findings } = outcome;
  return {
    id,
    status: statusOf(outcome),
    summary,
    facts,
    findings: findings.map(({ id, detail }) => {
      const { severity, title, cause, fix, ...rest } = kindOf(id);
      return { id, severity, title, detail, cause, fix, ...rest };
    }),
  };
}
