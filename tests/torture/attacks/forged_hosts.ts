import { adminToken } from "../../helpers/gateway.ts";
import { Raw } from "../raw.ts";
import type { Attack } from "../trial.ts";

const hosts = ["gw/admin/miners?", "gw/admin/miners#", "gw?x=", "user@gw", "gw\\admin", "gw/../admin"];

/** Hosts from which another path could be read than the one that was asked for. */
export const attack: Attack = async (target) => {
  const faults: string[] = [];
  for (const host of hosts) {
    using raw = await Raw.connect(target);
    await raw.write(`GET /x HTTP/1.1\r\nHost: ${host}\r\nAuthorization: Bearer ${adminToken}\r\n\r\n`);
    const status = Number(/^HTTP\/1\.1 (\d{3})/.exec(await raw.read())?.[1] ?? 0);
    if (status !== 400) faults.push(`Host: ${host} was answered ${status}`);
  }
  return { said: `${hosts.length} hosts with a path, a query or a user in them`, faults };
};
