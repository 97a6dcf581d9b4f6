import type {
  Durability,
  ToldBackups,
  ToldBackupUnderWay,
  ToldFigures,
  ToldServer,
  ToldStore,
} from "../../../protocol/mod.ts";
import type { ChartSpec } from "../../charts/chart_options.ts";
import { formatBytes, formatCount, formatDuration, formatShare } from "../../model/format.ts";
import { useEffect, useState } from "react";
import { Action } from "../action.tsx";
import { useReading } from "../context.ts";
import { FigureChart } from "../figure_chart.tsx";
import { Facts } from "../figures.tsx";
import { useServers } from "../servers.ts";
import { formatAgo } from "../when.ts";

const kept: Readonly<Record<Durability, string>> = {
  memory: "in memory",
  disk: "on disk",
  replicated: "on disk, and by another database",
};
const none: readonly ToldServer[] = [];
const day = 86_400;
const lines: ChartSpec["lines"] = [
  { column: "store_bytes", label: "size", colour: "accent", fill: "accent-wash" },
];
const bytesOrUnknown = (value: number | null) => value === null ? "not known" : formatBytes(value);

/** The servers of the store, and the store. */
export function ServersPage() {
  const { data: servers = none, error, reload } = useServers();
  const known = useKnown(servers);
  return (
    <>
      {error !== undefined && <p className="problem" role="alert">{error}</p>}
      <div className="cards">
        {known.map((server) => (
          <ServerCard
            key={server.id}
            server={server}
            isGone={!servers.some(({ id }) => id === server.id)}
            onDone={reload}
          />
        ))}
      </div>
      <StoreCard />
    </>
  );
}

/** Those too that were there since the page is shown, and are not any more. */
function useKnown(servers: readonly ToldServer[]): readonly ToldServer[] {
  const [known, setKnown] = useState<readonly ToldServer[]>([]);
  useEffect(() => {
    const isListed = new Set(servers.map(({ id }) => id));
    setKnown((before) => [...servers, ...before.filter(({ id }) => !isListed.has(id))]);
  }, [servers]);
  return known;
}

interface ServerCardProps {
  readonly server: ToldServer;
  readonly isGone: boolean;
  readonly onDone: () => void;
}

function ServerCard({ server, isGone, onDone }: ServerCardProps) {
  const { id, self, console, version, started_at, last_seen, connections, jobs, load, draining } = server;
  return (
    <section className="card server" aria-label={`Server ${id}`} data-server={id}>
      <header className="card-head">
        <h2>Server {id}</h2>
        {self && <span className="badge">this one</span>}
        <span className="badge" data-tone={isGone ? "down" : draining ? "waiting" : "healthy"}>
          {isGone ? "gone" : draining ? "draining" : "serving"}
        </span>
      </header>
      <Facts
        facts={[
          ["Version", version ?? "not known"],
          [
            "Up",
            started_at === null ? "not known" : formatDuration((Date.now() - Date.parse(started_at)) / 1000),
          ],
          ["Load", `${formatShare(load).value} % of a core`],
          ["Jobs", formatCount(jobs)],
          ["Connections", formatCount(connections)],
          ["Behind the others", `${server.behind_seconds} s`],
          ["Region", server.region],
          ["Heard", formatAgo(last_seen)],
        ]}
      />
      {!self && console === null && !isGone && (
        <p className="hint">
          Where its console is, is not known here: give that server <code>admin.public_url</code>.
        </p>
      )}
      <div className="buttons">
        <Action
          label={self ? "Drain" : `Drain server ${id}`}
          meaning="The server takes nothing new, finishes what is under way, and tells every client when to come back. It does not come back by itself: start it again."
          change={{ method: "POST", path: self ? "admin/drain" : `admin/instances/${id}/drain` }}
          isDangerous
          disabled={draining || isGone}
          onDone={onDone}
        />
        {!self && console !== null && <a className="button" href={`${console}#/servers`}>Its console</a>}
      </div>
    </section>
  );
}

function StoreCard() {
  const { data: store, error } = useReading<ToldStore>("admin/store", 10_000);
  const { data: past } = useReading<ToldFigures>("admin/history?metric=store_bytes&range=24h", 60_000);
  const growth = past && growthOf(past);
  return (
    <section className="card store" aria-labelledby="store">
      <header className="card-head">
        <h2 id="store">Store</h2>
      </header>
      {error !== undefined && <p className="problem" role="alert">{error}</p>}
      {store !== undefined && (
        <>
          <Facts
            facts={[
              ["Where", <code key="location">{store.location}</code>],
              ["Size", <span key="size" data-value="store_bytes">{sizeOf(store)}</span>],
              ["Growth", growth ?? "not known yet"],
              [
                "Free on its disk",
                `${bytesOrUnknown(store.free_bytes)}; below ${
                  formatBytes(store.min_free_bytes)
                } new work is refused`,
              ],
              ["Confirmed is kept", store.kept_in === null ? "not known where" : kept[store.kept_in]],
              ["It has to be at least", kept[store.durability]],
            ]}
          />
          {store.bytes !== null && (
            <FigureChart
              label="Size of the store in the last day"
              range="24h"
              lines={lines}
              format={formatBytes}
              least={1000}
            />
          )}
          <Backup store={store} />
        </>
      )}
    </section>
  );
}

function sizeOf({ kind, bytes }: ToldStore): string {
  if (bytes !== null) return formatBytes(bytes);
  return kind === "memory" ? "in memory alone: a restart forgets it" : "not known";
}

function growthOf({ figures, interval }: ToldFigures): string | undefined {
  const sizes = figures["store_bytes"] ?? [];
  const first = sizes.findIndex((size) => size !== null);
  const last = sizes.findLastIndex((size) => size !== null);
  const [before, after] = [sizes[first], sizes[last]];
  if (before === undefined || before === null || after === undefined || after === null) return undefined;
  const seconds = (last - first) * interval;
  if (seconds === 0) return undefined;
  const growth = after - before;
  const sign = growth < 0 ? "−" : "+";
  return `${sign}${formatBytes(Math.abs(growth))} in ${formatDuration(seconds)}, ${sign}${
    formatBytes(Math.abs(growth) * day / seconds)
  } a day`;
}

/** Makes a backup, where the server may; else says how one is made. */
function Backup({ store: { kind, location } }: { readonly store: ToldStore }) {
  const { data: backups, error, reload } = useReading<ToldBackups>("admin/backups", 2000);
  if (kind === "memory") return null;
  return (
    <>
      <h3>Backups</h3>
      {error !== undefined && <p className="problem" role="alert">{error}</p>}
      {backups !== undefined && backups.folder !== null
        ? <BackupsHere folder={backups.folder} backups={backups} onDone={reload} />
        : <BackupCommand kind={kind} location={location} />}
    </>
  );
}

interface BackupsHereProps {
  readonly folder: string;
  readonly backups: ToldBackups;
  readonly onDone: () => void;
}

function BackupsHere({ folder, backups: { under_way, last_failure, backups }, onDone }: BackupsHereProps) {
  const [last] = backups;
  return (
    <>
      <Facts
        facts={[
          ["Folder", <code key="folder">{folder}</code>],
          [
            "Last backup",
            <span key="last" data-value="last_backup">
              {last === undefined ? "none yet" : `${formatAgo(last.made_at)}, ${formatBytes(last.bytes)}`}
            </span>,
          ],
        ]}
      />
      {last !== undefined && <p className="hint">{last.name}</p>}
      {last_failure !== null && (
        <p className="problem" role="alert">
          {`The backup of ${formatAgo(last_failure.at)} was not made: ${last_failure.problem}`}
        </p>
      )}
      <p className="hint" role="status">{under_way === null ? "" : progressOf(under_way)}</p>
      <div className="buttons">
        <Action
          label="Back up now"
          meaning="The server copies its store as it is at this moment into a file of that folder, verifies it, and serves on meanwhile."
          change={{ method: "POST", path: "admin/backups" }}
          disabled={under_way !== null}
          describe={() => "It is being made"}
          onDone={onDone}
        />
      </div>
    </>
  );
}

function progressOf({ since, verified, receipts }: ToldBackupUnderWay): string {
  const step = receipts === 0
    ? "the store is copied"
    : `${formatCount(verified)} of ${formatCount(receipts)} receipts verified`;
  return `A backup is being made, begun ${formatAgo(since)}: ${step}`;
}

/** A server without a folder for backups may write nothing but its store, so that whoever takes it over cannot either. */
function BackupCommand({ kind, location }: Pick<ToldStore, "kind" | "location">) {
  return (
    <>
      <p className="hint">
        {kind === "file"
          ? "On the server's machine, while it serves: the backup is verified, and the server itself may write no other file than its store. With --store.backups=FOLDER it makes them itself."
          : "With the database's own tools, as its documentation says."}
      </p>
      <pre className="command" aria-label="The command that makes a backup">
        {kind === "file"
          ? `heliograph store backup --store=${location} heliograph-$(date +%F-%H%M).db`
          : "pg_dump --format=custom --file=heliograph.dump $HELIOGRAPH_STORE"}
      </pre>
    </>
  );
}
