import { isRecord } from "../json.ts";

/** Where the jobs of one gateway are. */
export interface JobUrls {
  /** What the paths of HTTP requests are appended to; it names the gateway in errors too. */
  readonly http: string;
  /** Where Socket.IO connects: an origin, and the path there. */
  readonly origin: string;
  readonly socketPath: string;
  /** Whether connections are encrypted. */
  readonly secure: boolean;
}

const schemes: Record<string, string | undefined> = {
  "ws:": "http:",
  "http:": "http:",
  "wss:": "https:",
  "https:": "https:",
};

/**
 * Reads `http://`, `https://`, `ws://` and `wss://` URLs. A path is where the gateway is mounted; a query is left out.
 * Throws a SyntaxError for anything else, and for a URL with a password, which would show in errors.
 */
export function jobUrls(address: string): JobUrls {
  const url = URL.canParse(address) ? new URL(address) : undefined;
  const scheme = url && schemes[url.protocol];
  if (url === undefined || scheme === undefined || url.username !== "" || url.password !== "") {
    throw new SyntaxError("Cannot use the URL: expected http://HOST or https://HOST, without a user name");
  }
  const origin = `${scheme}//${url.host}`;
  const prefix = url.pathname.replace(/(?:\/socket\.io)?\/*$/, "");
  return {
    http: origin + prefix,
    origin,
    socketPath: `${prefix}/socket.io/`,
    secure: scheme === "https:",
  };
}

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
