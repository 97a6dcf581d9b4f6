import { isRecord } from "../json.ts";
import { type JobUrls, jobUrls } from "./job_urls.ts";

/** An instance that takes jobs. Protocol, section 5. */
export interface JobServer {
  /** Where clients connect. */
  readonly url: string;
  /** Where it stands. */
  readonly region: string;
  /** Such as `online`. */
  readonly status: string;
  /** As the gateway ranks it. */
  readonly priority: number;
  /** Jobs that it works on. */
  readonly activeJobs: number;
}

/** The instances that there are, and the one that the gateway recommends. */
export interface JobServers {
  /** All that share the store. */
  readonly servers: readonly JobServer[];
  /** The URL of the one to take; undefined: none can be recommended. */
  readonly recommended: string | undefined;
}

/** Reads the list of instances; entries that are none are left out. */
export function readServers(value: unknown): JobServers {
  const { servers, recommended } = isRecord(value) ? value : {};
  return {
    servers: (Array.isArray(servers) ? servers : []).flatMap((entry) => readServer(entry) ?? []),
    recommended: typeof recommended === "string" ? recommended : undefined,
  };
}

function readServer(value: unknown): JobServer | undefined {
  const { url, region, status, priority, activeJobs } = isRecord(value) ? value : {};
  if (typeof url !== "string" || typeof status !== "string") return undefined;
  return {
    url,
    region: typeof region === "string" ? region : "",
    status,
    priority: typeof priority === "number" ? priority : 0,
    activeJobs: typeof activeJobs === "number" ? activeJobs : 0,
  };
}

/**
 * The instance to connect to: the recommended one, else the active one with the fewest jobs. Undefined where there is none
 * that can be trusted with the key: whoever is asked over TLS may not send it elsewhere without.
 */
export function chooseServer({ servers, recommended }: JobServers, asked: JobUrls): JobUrls | undefined {
  const active = servers.filter(({ status }) => status === "active");
  const least = active.toSorted((a, b) => a.activeJobs - b.activeJobs || a.priority - b.priority);
  const candidates = [...(recommended === undefined ? [] : [recommended]), ...least.map(({ url }) => url)];
  for (const candidate of candidates) {
    const urls = usable(candidate);
    if (urls !== undefined && (urls.secure || !asked.secure)) return urls;
  }
  return undefined;
}

function usable(address: string): JobUrls | undefined {
  try {
    return jobUrls(address);
  } catch {
    return undefined;
  }
}
