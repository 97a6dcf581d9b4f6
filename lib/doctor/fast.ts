import { askHealth } from "./checks/health.ts";
import type { Context } from "./check.ts";
import { textOf } from "./json.ts";
import { patience } from "./patience.ts";
import { reasonOf } from "./reason.ts";
import { shown } from "./shown.ts";

const healthy: readonly string[] = ["online", "disabled"];

/** What the health alone says of a server. */
export interface HealthVerdict {
  /** 0: it is well; 1: it is not; 2: there is none. */
  readonly code: 0 | 1 | 2;
  /** Empty where it is well. */
  readonly complaint: string;
}

/** Asks for the health alone, with little patience, as health checks do. */
export async function examineHealth(context: Context): Promise<HealthVerdict> {
  const { shown: url } = context.target;
  try {
    const status = textOf((await askHealth(context, patience.health))?.["status"]);
    if (status !== undefined && healthy.includes(status)) return { code: 0, complaint: "" };
    const seen = status === undefined ? "no gateway answers there" : shown(status, 20);
    return { code: 1, complaint: `${url}: ${seen}` };
  } catch (error) {
    context.signal.throwIfAborted();
    return { code: 2, complaint: `${url}: ${reasonOf(error)}` };
  }
}
