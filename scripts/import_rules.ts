/** A folder of lib imports only from folders above it. */
const houseOrder = [
  "protocol",
  "crypto",
  "chain",
  "config",
  "telemetry",
  "engine",
  "broker",
  "hub",
  "ports",
  "socketio",
  "validator",
  "streams",
  "inscriptions",
  "operations",
  "gateway",
  "client",
  "dashboard",
  "doctor",
  "cli",
];

/** Each can be deleted without breaking another. */
const families = ["validator", "streams", "inscriptions"];
/** Folders that know of no family. */
const clearOfFamilies = [...families, "socketio"];
/** Folders that run in browsers, and the few that they may import from. */
const browserSafe: Record<string, readonly string[] | undefined> = {
  client: ["protocol", "crypto"],
  dashboard: ["protocol", "crypto", "client"],
};
/** Who may import a file of another folder other than its mod.ts. */
const singleFiles = [
  { from: /^main\.ts$/, to: /^lib\/cli\// },
  { from: /^scripts\/(?:reference|bench)\//, to: /^lib\/cli\// },
  // What a core can do is measured beneath all that is built on it.
  { from: /^scripts\/bench\//, to: /^lib\/crypto\/schnorrkel\.ts$/ },
  { from: /^lib\/cli\//, to: /^lib\/client\/(?:kv_outbox|receipts\/lines)\.ts$/ },
  // Who reads settings, or writes a log, need not load cryptography.
  { from: /^lib\/config\//, to: /^lib\/chain\/chain_url\.ts$/ },
  { from: /^lib\/(?:config|streams)\//, to: /^lib\/crypto\/jwt\.ts$/ },
  // What a page loads stays small: these need none of what the rest of their folders does.
  { from: /^lib\/(?:client|dashboard)\//, to: /^lib\/protocol\/(?:clock|job_status|streams)\.ts$/ },
  { from: /^lib\/(?:client|dashboard)\//, to: /^lib\/crypto\/(?:address|sr25519)\.ts$/ },
  // The library for Socket.IO is packed by itself.
  { from: /^lib\/(?:hub|socketio)\//, to: /^lib\/protocol\/(?:clock|errors)\.ts$/ },
  {
    from: /^lib\/socketio\//,
    to: /^lib\/hub\/(?:byte_budget|pace|pieces|places|server_socket|tell_and_close|token_bucket)\.ts$/,
  },
  {
    from: /^lib\/dashboard\//,
    to: /^lib\/client\/(?:stream_client|react|receipts\/(?:finding|lines|mod))\.ts$/,
  },
  // What a page that is made here says to its script.
  { from: /^routes\/reference\//, to: /^lib\/dashboard\/reference\/contract\.ts$/ },
];
const longestFile = 400;

/** A module's place in the house: a folder of lib such as `lib/hub`, or `routes`, `scripts`, `tests`, `main.ts`. */
function placeOf(path: string): string {
  const [top = "", folder] = path.split("/");
  return top === "lib" ? `lib/${folder}` : top;
}

const folderOf = (place: string) => place.startsWith("lib/") ? place.slice("lib/".length) : undefined;

function judgeFolders(from: string, to: string): string | undefined {
  const allowed = browserSafe[from];
  if (allowed !== undefined && !allowed.includes(to)) return `${from} imports only ${allowed.join(", ")}`;
  if (clearOfFamilies.includes(from) && families.includes(to)) return `${from} imports no family`;
  if (houseOrder.indexOf(to) < houseOrder.indexOf(from)) return undefined;
  return "a folder imports only from folders above it in the house order";
}

/** Places outside lib, with those that may import from them besides tests. */
const importers: Record<string, readonly string[] | undefined> = {
  routes: ["main.ts", "scripts"],
  scripts: [],
  tests: [],
  "main.ts": [],
};

function judgePlaces(from: string, to: string): string | undefined {
  const [fromFolder, toFolder] = [folderOf(from), folderOf(to)];
  if (fromFolder !== undefined && toFolder !== undefined) return judgeFolders(fromFolder, toFolder);
  if (from === "routes" && toFolder === "cli") return "routes do not import cli";
  const allowed = importers[to];
  if (allowed === undefined || allowed.includes(from)) return undefined;
  return `${fromFolder === undefined ? from : "lib"} does not import ${to}`;
}

function judgeEntrance(from: string, to: string): string | undefined {
  if (/^(?:lib\/[^/]+|routes)\/mod\.ts$/.test(to) || !/^(?:lib|routes)\//.test(to)) return undefined;
  if (singleFiles.some((exception) => exception.from.test(from) && exception.to.test(to))) return undefined;
  return "from another folder only its mod.ts is imported";
}

/** Which rule a module breaks by importing `specifier`; undefined where none. */
export function judgeImport(from: string, specifier: string): string | undefined {
  if (/^(?:npm|jsr|https?):/.test(specifier)) {
    return `imports ${specifier}, but code names packages only as the import map does`;
  }
  if (!/^\.{0,2}\//.test(specifier)) return undefined;
  const to = decodeURIComponent(new URL(specifier, `file:///${from}`).pathname).slice(1);
  const [fromPlace, toPlace] = [placeOf(from), placeOf(to)];
  if (fromPlace === "tests" || fromPlace === toPlace) return undefined;
  const rule = judgePlaces(fromPlace, toPlace) ?? judgeEntrance(from, to);
  return rule === undefined ? undefined : `imports ${to}, but ${rule}`;
}

/** Which rule a module breaks by itself; undefined where none. */
export function judgeFile(path: string, text: string): string | undefined {
  const folder = folderOf(placeOf(path));
  if (folder !== undefined && !houseOrder.includes(folder)) {
    return `${folder} has no place in the house order`;
  }
  const lines = text.split("\n").length - (text.endsWith("\n") ? 1 : 0);
  if (lines <= longestFile || (folder === undefined && !path.startsWith("routes/"))) return undefined;
  return `has ${lines} lines, but a file of lib or routes has at most ${longestFile}`;
}
