import { type Config, type ConfigSources, defaultConfig, type Kind, loadConfig } from "../config/mod.ts";

const schemes: Readonly<Record<string, string>> = {
  "ws:": "http:",
  "wss:": "https:",
  "http:": "http:",
  "https:": "https:",
};

/** Where a gateway is: `ws://`, `wss://`, `http://`, `https://` or HOST:PORT, read as the URL that HTTP takes. */
export const endpoint: Kind<string> = {
  allowed: "ws://, wss://, http:// or https://, or HOST:PORT",
  placeholder: "URL|HOST:PORT",
  read(raw) {
    const text = String(raw).includes("://") ? String(raw) : `http://${raw}`;
    const url = URL.canParse(text) ? new URL(text) : undefined;
    const scheme = url && schemes[url.protocol];
    if (url === undefined || scheme === undefined || url.hostname === "") return undefined;
    const path = url.pathname.replace(/\/(?:ws(?:\/stream|\/health)?|socket\.io)?\/?$/, "");
    return `${scheme}//${url.host}${path}`;
  },
  show: (value) => value,
};

/** What the help says where no URL is given. */
export const configuredEndpoint =
  "the server that HELIOGRAPH_HOST, HELIOGRAPH_PORT or HELIOGRAPH_CONFIG name, else " +
  "http://127.0.0.1:10401";

/** Where a server comes from. */
type Sources = Omit<ConfigSources, "flags" | "readFile"> & Partial<ConfigSources>;

/** How the server that this machine's configuration names is reached from here, by its operators where `admin`. */
export function configuredUrl({ env, readFile = Deno.readTextFileSync }: Sources, admin = false): string {
  return urlOf(loadConfig({ flags: [], env, readFile }).config, admin);
}

/** How the server of a configuration is reached from its own machine. */
export function urlOf(config: Config = defaultConfig(), admin = false): string {
  const port = admin ? config["admin.port"] : undefined;
  const host = port === undefined ? config.host : config["admin.host"];
  const near = host === "0.0.0.0" ? "127.0.0.1" : /^[:0]+$/.test(host) && host.includes(":") ? "::1" : host;
  const scheme = config["tls.cert"] === undefined ? "http" : "https";
  return `${scheme}://${near.includes(":") ? `[${near}]` : near}:${port ?? config.port}`;
}
