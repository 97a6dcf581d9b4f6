import type { Durability } from "../protocol/mod.ts";
import { isChainUrl, parseChainUrl } from "../chain/chain_url.ts";
import type { Grammar } from "./command_line.ts";
import {
  between,
  boolean,
  filePath,
  integer,
  isWebUrl,
  networks,
  oneOf,
  origins,
  positive,
  size,
  text,
  webUrl,
} from "./kinds.ts";
import { computed, type Option, optional, setting } from "./option.ts";
import { streamSettings } from "./stream_settings.ts";

function isHost(value: string): boolean {
  return /^[\w.-]+$/.test(value) || /^(?=.*:.*:)[\da-f:.]+(?:%\w+)?$/i.test(value);
}

function isMetagraph(value: string): boolean {
  if (!isChainUrl(value)) return true;
  try {
    parseChainUrl(value);
    return true;
  } catch {
    return false;
  }
}

/** Timers take at most 2^31 ms; this stays below. */
const LONGEST_SECONDS = 2_000_000;
const MIB = 2 ** 20;

const level = oneOf("TRACE", "DEBUG", "INFO", "WARNING", "ERROR");
const path = filePath;
const host = text("a host name or address without a port", isHost, "HOST");
const className = text("the name of a class", (value) => /^[A-Za-z_]\w{0,63}$/.test(value), "CLASS");
const seconds = positive(LONGEST_SECONDS, "s");
const milliseconds = integer(1, LONGEST_SECONDS * 1000, "ms");
const count = integer(1, 10_000_000);
const bytes = size(64 * 1024 * MIB);

/** Every setting of the gateway by its name. */
export const settings = {
  host: setting(
    host,
    "127.0.0.1",
    "Address to listen on; 0.0.0.0 for all.",
  ),
  port: setting(integer(0, 65535), 10401, "Port to listen on; 0 takes a free one."),
  store: setting(
    text("a path, :memory:, a postgres:// URL or an https:// KV Connect URL", undefined, "FILE|URL"),
    "data/heliograph.db",
    "The store: a file; PostgreSQL, `postgres://USER:PASSWORD@HOST:PORT/DATABASE`, for several servers; `:memory:`; or a KV Connect URL. A password is better given in the variable or the file than in a flag. `kv` is another name for it.",
    { also: "kv" },
  ),
  "store.listen_url": optional(
    text("a postgres:// URL", (value) => /^postgres(?:ql)?:\/\//.test(value), "URL"),
    "PostgreSQL itself, where the store names a pooler before it: the news of other servers are listened for here.",
    { example: "postgres://USER:PASSWORD@HOST:5432/DATABASE", shownDefault: "the store" },
  ),
  "store.connections": setting(
    integer(4, 100),
    8,
    "Connections to PostgreSQL that one server has at most, and one more that listens.",
  ),
  "store.durability": setting<Durability>(
    oneOf("memory", "disk", "replicated"),
    "memory",
    "The least that is confirmed: what is kept in `memory`, on `disk`, or `replicated` to a standby of PostgreSQL as well; below it nothing is accepted.",
  ),
  validator_key: setting(
    path,
    "data/validator.key",
    "File with the seed that answers are signed with; made at the first start, mode 0600.",
  ),
  accept_new_key: setting(
    boolean,
    false,
    "Whether the store takes another validator key than the one that it is bound to since its first start; given once, the store remembers the new one.",
  ),
  metagraph: optional(
    text("a path, or ws://NODE:9944?netuid=N", isMetagraph, "FILE|URL"),
    'JSON file of registered miners, `{"miners": [{"hotkey", "uid", "blacklisted"?}]}`, read again when it changes; or nodes of a chain and the number of a subnet, `ws://NODE:9944?netuid=N`, several with commas; without it the store alone decides.',
    { example: "metagraph.json", shownDefault: "none" },
  ),
  "metagraph.min_stake": setting(
    integer(0, 1_000_000_000, "TAO"),
    0,
    "Smallest stake that a key of the subnet needs to count as a miner, in TAO as it weighs in the subnet.",
  ),
  "metagraph.permit": setting<"any" | "required" | "none">(
    oneOf("any", "required", "none"),
    "any",
    "Which keys of the subnet count as miners: `any`, those whose permit to set weights is `required`, or those with `none`.",
  ),
  "axon.prediction_class": setting(
    className,
    "TeamGamePrediction",
    "Class of the synapses that predictions come as from Bittensor's dendrite, posted to `/CLASS`.",
  ),
  "axon.games_class": setting(className, "GameData", "Class of the synapses that ask for the games."),
  "axon.hash_fields": optional(
    text(
      "names of fields with commas",
      (value) => /^[A-Za-z_]\w*(?:,[A-Za-z_]\w*)*$/.test(value),
      "NAME,...",
    ),
    "The `required_hash_fields` of the prediction's class, in their order: what a dendrite's signature covers.",
    { example: "prediction_id,game_id,wager", shownDefault: "all fields that a prediction can have" },
  ),
  "axon.unsigned_body": setting(
    boolean,
    false,
    "Whether a prediction is taken from a dendrite whose signature does not cover all of its fields.",
  ),
  rpc_url: setting(
    text("sim: or an http:// or https:// URL", (value) => value === "sim:" || isWebUrl(value), "URL"),
    "sim:",
    "JSON-RPC node that the streams poll; `sim:` is a built-in simulated one. Of its URL only scheme, host and port are ever shown, since hosted nodes have keys in their paths.",
    { pathIsSecret: true },
  ),
  rpc_profile: optional(
    oneOf("block-buster", "the-block"),
    "Which methods that node has: those that The Block's page was written for, or those of The Block's own node.",
    { example: "the-block", shownDefault: "found out by how the node describes its newest block" },
  ),
  "tls.cert": optional(
    path,
    "PEM file with the certificate chain; set together with tls.key. Both are read again when they change.",
    { example: "/etc/heliograph/cert.pem", shownDefault: "none" },
  ),
  "tls.key": optional(path, "PEM file with the certificate's private key.", {
    example: "/etc/heliograph/key.pem",
    shownDefault: "none",
  }),
  "admin.host": setting(
    host,
    "127.0.0.1",
    "Address that admin.port is opened on.",
  ),
  "admin.port": optional(
    integer(0, 65535),
    "Port for /admin, /metrics and the detailed health alone, which the main port then no longer serves; 0 takes a free one.",
    { example: "10402", shownDefault: "none: all on the main port" },
  ),
  "admin.public_url": optional(
    webUrl,
    "Address under which operators reach this server's console, to which the consoles of the other servers lead.",
    { example: "https://operators.example.org", shownDefault: "public_url, where there is no admin.port" },
  ),
  shutdown_timeout: setting(
    positive(3600, "s"),
    30,
    "How long a stop may take to confirm what is under way and to send the clients away; what is left then is cut off.",
  ),
  "log.level": setting(level, "INFO", "Least severe level that is logged.", { reread: true }),
  "log.format": optional(oneOf("pretty", "json"), "How log lines look.", {
    example: "json",
    shownDefault: "pretty on a terminal, else json",
    reread: true,
  }),
  public_url: optional(
    webUrl,
    "Address under which clients reach this gateway; needed where several share a store, so that each can name the others.",
    { example: "https://gateway.example.org", shownDefault: "from the request" },
  ),
  region: optional(
    text("letters, digits, dots and hyphens", (value) => /^[\w.-]+$/.test(value), "NAME"),
    "Region that the list of servers names for this instance; without it, `default`.",
    { example: "eu-central", shownDefault: "none" },
  ),
  "socketio.ping_interval": setting(
    milliseconds,
    25_000,
    "Time between two pings to a Socket.IO client.",
  ),
  "socketio.ping_timeout": setting(
    milliseconds,
    20_000,
    "How long a Socket.IO client may take to answer a ping.",
  ),
  "crypto.workers": computed(
    integer(1, 256),
    () => Math.max(1, navigator.hardwareConcurrency - 1),
    "Threads that check signatures.",
    { example: "3", shownDefault: "cores - 1, at least 1" },
  ),
  "store.min_free": setting(
    size(16 * 1024 * 1024 * MIB),
    256 * MIB,
    "Free bytes of the store's disk below which new predictions and jobs are refused; needs --allow-sys=statfs.",
  ),
  "store.backups": optional(
    text("a path", undefined, "FOLDER"),
    "Folder in which operators may have the server make backups of its store in a file (`/admin/backups`). The price: a server with it keeps the right to write files while it serves, which is given up otherwise.",
    { example: "backups", shownDefault: "none: `heliograph store backup` makes them" },
  ),
  "predictions.smallest_wager": setting(
    positive(1000, "of the 1000 of a day"),
    0.001,
    "The least that one prediction may wager.",
  ),
  "predictions.max_size": setting(size(60_000), 4096, "Largest prediction, as signed text."),
  "predictions.daily_per_miner": setting(
    count,
    10_000,
    "Predictions of one miner that are accepted on one UTC day.",
  ),
  "predictions.daily_bytes_per_miner": setting(
    bytes,
    16 * MIB,
    "Bytes of them, as signed text, on one UTC day; the store takes some 1 KiB more for each.",
  ),
  ...streamSettings,
  "history.size": setting(count, 1000, "Publications kept per channel for clients that come back."),
  "history.ttl": setting(seconds, 3600, "How long a publication is kept for clients that come back."),
  "history.max_bytes": setting(bytes, 256 * MIB, "Bytes of history kept over all channels together."),
  "retention.predictions": optional(
    integer(1, 36_500, "days"),
    "How long accepted predictions and their receipts are kept; the heads of the chains stay.",
    { example: "90", shownDefault: "without end" },
  ),
  "retention.jobs": optional(
    integer(1, 36_500, "days"),
    "How long jobs are kept that have ended; what is on the ledger, and the numbers of inscriptions, stay.",
    { example: "90", shownDefault: "without end" },
  ),
  "inscriptions.allow_private_urls": setting(
    boolean,
    false,
    "Whether files may be fetched from private, loopback and link-local addresses.",
  ),
  "inscriptions.account_auth": optional(
    text(
      "any, or the http:// or https:// URL of a mirror node",
      (value) => value === "any" || isWebUrl(value),
      "any|URL",
    ),
    "Where the keys of accounts are looked up that sign for an API key, such as a mirror node of Hedera's; `any` gives one to whoever asks, which is for tests.",
    { example: "https://testnet.mirrornode.hedera.com", shownDefault: "none: the operator gives keys out" },
  ),
  "inscriptions.daily_jobs_per_key": setting(count, 1000, "Jobs that one API key may start on one UTC day."),
  "inscriptions.daily_bytes_per_key": setting(
    bytes,
    1024 * MIB,
    "Bytes of files that one API key may hand in on one UTC day.",
  ),
  "inscriptions.concurrency": setting(integer(1, 256), 4, "Inscription jobs that are processed at once."),
  "inscriptions.payment": setting<"delay" | "wait">(
    oneOf("delay", "wait"),
    "delay",
    "When the local ledger takes a job's transaction as paid: as soon as the client says that it is executed, and with `delay` after the payment delay though it says nothing.",
  ),
  "inscriptions.payment_delay": setting(
    between(0, LONGEST_SECONDS, "s"),
    5,
    "How long a client that says nothing has to execute a job's transaction, counted from the acknowledgement.",
  ),
  "http.rate_limit": setting(
    positive(1e6, "requests/s"),
    1000,
    "HTTP requests, upgrades among them, that one address may make, and frames that its clients may send before they authenticate, in bursts of four times that; each KiB of such a frame and each 4 KiB of a body without an API key or the admin token count as one, and an IPv6 network of 64 bits counts as one address.",
  ),
  "http.trusted_proxies": optional(
    networks,
    "Proxies whose X-Forwarded-For, -Proto and -Host are believed.",
    { example: "loopback,10.0.0.0/8", shownDefault: "none" },
  ),
  "memory.limit": optional(
    bytes,
    "Bytes of memory that the process may have; above four fifths of them those are cut off first who are known least.",
    { example: "2147483648", shownDefault: "the container's limit, or half of the machine's memory" },
  ),
  "memory.max_growth": setting(
    bytes,
    64 * MIB,
    "Bytes that unfinished messages and the like may add within half a minute before those are cut off who have not authenticated.",
  ),
  "metrics.access": setting<"local" | "all" | "off">(
    oneOf("local", "all", "off"),
    "local",
    "Who may read /metrics: `local` clients on this machine and whoever has the admin token, `all` everybody, `off` nobody.",
  ),
  "alerts.webhook": optional(
    webUrl,
    "Where the server posts its alerts, as Alertmanager does; no redirect is followed. All but its scheme, host and port is masked wherever settings are shown; a URL with a token in it is better given in the variable or the file than in a flag.",
    { example: "https://alerts.example.org/heliograph", shownDefault: "none", pathIsSecret: true },
  ),
  admin_token: optional(
    text("at least 16 visible ASCII characters", (value) => /^[!-~]{16,}$/.test(value)),
    "Bearer token of the /admin calls; without one they answer 404.",
    { example: "CHANGE-ME", shownDefault: "none", secret: true },
  ),
  "websocket.enabled": setting(boolean, true, "Whether WebSocket upgrades are taken."),
  "websocket.heartbeat_interval": setting(seconds, 60, "Time between two heartbeats to a miner."),
  "websocket.connection_timeout": setting(
    seconds,
    300,
    "A connection from which nothing came for this long is closed; above the heartbeat interval.",
  ),
  "websocket.max_connections": setting(
    count,
    10_000,
    "Open connections of all clients together: WebSockets, event streams and Socket.IO sessions.",
  ),
  "websocket.max_connections_per_address": setting(
    count,
    1000,
    "Open connections of one address; an IPv6 network of 64 bits counts as one.",
  ),
  "websocket.max_strangers_per_address": setting(
    count,
    32,
    "Open connections of one address that have neither authenticated nor subscribed to anything.",
  ),
  "websocket.max_message_size": setting(
    size(256 * MIB),
    MIB,
    "Largest message that a client may send once it has authenticated; before that 16 KiB at most.",
  ),
  "websocket.max_queue": setting(bytes, MIB, "Unsent bytes after which a connection is closed as too slow."),
  "websocket.auth_timeout": setting(seconds, 10, "How long a miner may take to authenticate."),
  "websocket.duplicate_policy": setting<"replace" | "reject">(
    oneOf("replace", "reject"),
    "replace",
    "When a miner connects twice: `replace` closes the older connection, `reject` the newer.",
  ),
  "websocket.rate_limit": setting(
    positive(1e6, "messages/s"),
    50,
    "Messages that one connection may send, in bursts of four times that; each 16 KiB of a larger one count as one, a Socket.IO event as one however large.",
  ),
  "websocket.legacy_auth": optional(
    text(
      "handshake, authentication, or both with a comma",
      (value) => value.split(",").every((name) => name === "handshake" || name === "authentication"),
      "NAME,...",
    ),
    "Which older ways to begin are taken from Bettensor's miners, over TLS or from this machine: `handshake` proves nothing, and what `authentication` signs can be sent again by others.",
    { example: "authentication", shownDefault: "none" },
  ),
  "websocket.allowed_origins": setting<"all" | readonly string[]>(
    origins,
    "all",
    "Origins of the web pages that may connect.",
  ),
  "websocket.log_level": setting(level, "INFO", "Log level of the connections; TRACE shows every frame."),
  "websocket.handlers": optional(
    path,
    "Module whose default export registers handlers for message types of your own.",
    { example: "handlers.ts", shownDefault: "none" },
  ),
};

/** The name of a setting. */
export type SettingName = keyof typeof settings;

/** All values, checked, in the unit of their setting. */
export type Config = {
  readonly [K in SettingName]: (typeof settings)[K] extends Option<infer T> ? T : never;
};

/** Severity of a log line. */
export type LogLevel = Config["log.level"];

/** All names, in the order of the table. */
export const settingNames = Object.keys(settings) as readonly SettingName[];

/** Whether `name` is that of a setting. */
export function isSetting(name: string): name is SettingName {
  return Object.hasOwn(settings, name);
}

/** A setting without its own type, for code that treats all alike. */
export function settingOf(name: SettingName): Option<unknown> {
  return settings[name] as Option<unknown>;
}

/** What is said to whoever names a setting that comes near to none. */
export const catalogue = '"heliograph config example" shows all settings';

/** How the settings are given on a command line and in variables, with the file that may hold them. */
export const configGrammar = {
  options: {
    config: optional(path, "YAML file with settings; flags and variables win over it."),
    ...settings,
  },
  prefix: "HELIOGRAPH_",
  catalogue,
} satisfies Grammar;
