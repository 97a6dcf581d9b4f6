import type { Stdio } from "../stdio.ts";
import { askHealth } from "./checks/health.ts";
import type { Context } from "./check.ts";
import { textOf } from "./json.ts";
import { patience } from "./patience.ts";
import { reasonOf } from "./reason.ts";
import { shown } from "./shown.ts";

const healthy: readonly string[] = ["online", "disabled"];

/** Health alone, without a word when it is good: exit code 0, 1 for a server that is not well, 2 for none. */
export async function runFast(context: Context, stdio: Stdio): Promise<number> {
  const { shown: url } = context.target;
  try {
    const status = textOf((await askHealth(context, patience.health))?.["status"]);
    if (status !== undefined && healthy.includes(status)) return 0;
    await stdio.complain(
      `${url}: ${status === undefined ? "no gateway answers there" : shown(status, 20)}\n`,
    );
    return 1;
  } catch (error) {
    context.signal.throwIfAborted();
    await stdio.complain(`${url}: ${reasonOf(error)}\n`);
    return 2;
  }
}
