import ipaddr from "ipaddr.js";
import { type Check, type Context, fine, type Outcome, patience, skipped } from "../check.ts";
import { fetchPath } from "../dial.ts";
import type { Finding } from "../findings.ts";
import { isRecord, readObject, textOf } from "../json.ts";
import { shown } from "../shown.ts";

/** Of a network that is for documentation alone, so that nobody has it. RFC 5737. */
const invented = "192.0.2.77";

/** Who we are to the gateway. */
interface Seen {
  readonly address: string;
  readonly secure: boolean;
  readonly host: string | null;
  /** What names itself in the answer, where something does: the gateway does not. */
  readonly by: string | undefined;
}

/** Compares what the gateway knows of us, with a proxy in between perhaps, with what is so. */
export const proxy: Check = {
  id: "proxy",
  async run(context) {
    if (context.known.health === undefined) return skipped("no gateway's /ws/health here");
    const seen = await ask(context, {});
    if (seen === undefined) return skipped("the gateway does not say how it sees its clients");
    const forged = await ask(context, { "X-Forwarded-For": invented });
    return judge(context, seen, forged?.address);
  },
};

async function ask(context: Context, headers: Readonly<Record<string, string>>): Promise<Seen | undefined> {
  const path = `${context.known.base}/ws/health`;
  const { head, body } = await fetchPath(context, patience.answer, path, { headers });
  const you = readObject(body)?.["you"];
  if (!isRecord(you)) return undefined;
  const address = textOf(you["address"]);
  if (address === undefined) return undefined;
  const by = head.headers.get("via") ?? head.headers.get("server");
  return { address, secure: you["secure"] === true, host: textOf(you["host"]) ?? null, by };
}

function judge({ target, known }: Context, seen: Seen, forged: string | undefined): Outcome {
  const here = known.address ?? target.host;
  const isBetween = seen.by !== undefined || !isLoopback(here);
  const findings: Finding[] = [];
  if (seen.host !== target.authority) {
    const detail = `asked for ${target.authority}, the gateway was asked for ${
      shown(seen.host ?? "nothing", 80)
    }`;
    findings.push({ id: "proxy-host", detail });
  }
  if (seen.secure !== target.secure) {
    const [asked, came] = [target.secure, seen.secure].map((secure) => secure ? "https" : "http");
    findings.push({ id: "proxy-scheme", detail: `asked over ${asked}, at the gateway it is ${came}` });
  }
  if (isNearer(seen.address, here)) {
    const detail = `the gateway takes us for ${shown(seen.address, 60)}, while it is reached at ${here}`;
    findings.push({ id: "proxy-address", detail });
  }
  if (isBetween && forged === invented) {
    findings.push({ id: "proxy-forged", detail: `with X-Forwarded-For: ${invented} that is our address` });
  }
  const facts = { address: seen.address, host: seen.host, secure: seen.secure, by: seen.by ?? null };
  const summary = `${shown(seen.address, 60)} asks ${shown(seen.host ?? "nothing", 80)}${
    seen.by === undefined ? "" : `, by ${shown(seen.by, 40)}`
  }`;
  return findings.length === 0 ? fine(summary, facts) : { summary, findings, facts };
}

const ranges = ["loopback", "linkLocal", "private", "uniqueLocal", "carrierGradeNat"] as const;

/** Whether a client at an address cannot have come in at another one: what came in there is a proxy. */
function isNearer(address: string, here: string): boolean {
  if (!ipaddr.isValid(address) || !ipaddr.isValid(here)) return false;
  if (isLoopback(here)) return !isSame(address, here);
  return isLoopback(address) || (!isPublic(address) && isPublic(here));
}

function isSame(one: string, other: string): boolean {
  return ipaddr.process(one).toString() === ipaddr.process(other).toString();
}

function isLoopback(address: string): boolean {
  return ipaddr.isValid(address) && ipaddr.process(address).range() === "loopback";
}

function isPublic(address: string): boolean {
  return !(ranges as readonly string[]).includes(ipaddr.process(address).range());
}
