import { useState } from "react";
import type { RegisteredJob } from "../../../protocol/mod.ts";
import { formatCount, shorten } from "../../model/format.ts";
import { Action } from "../action.tsx";
import { useReading } from "../context.ts";
import type { Column } from "../data_table.tsx";
import { Choice, hasText, SearchField } from "../fields.tsx";
import { Facts } from "../figures.tsx";
import { linkTo, useFilter } from "../place.ts";
import { Drawer, TableCard } from "../table_card.tsx";
import { formatAgo, formatWhen } from "../when.ts";
import { KeysTable } from "./keys.tsx";

interface JobPage {
  readonly jobs: readonly RegisteredJob[];
  readonly next: string | null;
  readonly open: Readonly<Record<string, number>>;
}

const tones: Readonly<Record<string, string>> = { completed: "healthy", failed: "down" };
const statusNames = {
  "": "All",
  open: "Open",
  awaiting_payment: "Awaiting payment",
  queued: "Queued",
  processing: "Processing",
  completed: "Completed",
  failed: "Failed",
};

function Status({ status }: { readonly status: string }) {
  return <span className="badge" data-tone={tones[status]}>{status.replaceAll("_", " ")}</span>;
}

function Progress({ name, progress }: Pick<RegisteredJob, "name" | "progress">) {
  return (
    <span className="progress">
      <progress max={100} value={progress} aria-label={`Progress of ${name}`} />
      <span className="number">{Math.floor(progress)} %</span>
    </span>
  );
}

const columns: readonly Column<RegisteredJob>[] = [
  { key: "name", title: "File", show: ({ name }) => shorten(name, 18), sortBy: ({ name }) => name },
  {
    key: "status",
    title: "State",
    show: ({ status }) => <Status status={status} />,
    sortBy: ({ status }) => status,
  },
  {
    key: "progress",
    title: "Progress",
    show: ({ name, progress }) => <Progress name={name} progress={progress} />,
    sortBy: ({ progress }) => progress,
  },
  {
    key: "key",
    title: "Key",
    show: ({ key }) => key.name ?? "revoked",
    sortBy: ({ key }) => key.name ?? "",
    isMinor: true,
  },
  {
    key: "server",
    title: "Server",
    show: ({ server }) => server ?? "–",
    sortBy: ({ server }) => server ?? "",
    isMinor: true,
  },
  {
    key: "attempts",
    title: "Attempts",
    show: ({ attempts }) => attempts,
    sortBy: ({ attempts }) => attempts,
    isNumber: true,
    isMinor: true,
  },
  {
    key: "created",
    title: "Began",
    show: ({ created_at }) => formatWhen(created_at),
    sortBy: ({ created_at }) => created_at,
    isMinor: true,
  },
];

/** What is inscribed, and who may inscribe. */
export function JobsPage() {
  const [show] = useFilter("show");
  return show === "keys" ? <KeysTable /> : <JobsTable />;
}

function queryOf(filters: Readonly<Record<string, string>>): string {
  const set = Object.entries(filters).filter(([, value]) => value !== "");
  return new URLSearchParams(set).toString();
}

function JobsTable() {
  const [search] = useFilter("search");
  const [status] = useFilter("status");
  const [key, setKey] = useFilter("key");
  const [before, setBefore] = useFilter("before");
  const [opened] = useFilter("open");
  const query = queryOf({ limit: "100", status, key, before });
  const { data, error, reload } = useReading<JobPage>(`admin/jobs?${query}`, 2000);
  const jobs = data?.jobs ?? [];
  const rows = jobs.filter((job) =>
    hasText(search, job.id, job.name, job.holder, job.transaction_id, job.topic_id, job.key.name)
  );
  const next = data?.next ?? null;
  return (
    <TableCard
      title="Jobs"
      tools={
        <>
          <SearchField label="Search for a file, a holder, a transaction or a topic" />
          <Choice name="show" label="What" options={{ "": "Jobs", keys: "API keys" }} />
          <Choice name="status" label="State" options={statusNames} />
          {key !== "" && (
            <button type="button" className="button" onClick={() => setKey("")}>Of one key: show all</button>
          )}
          <span className="hint" role="status">{formatCount(rows.length)} shown</span>
          {before !== "" && (
            <button type="button" className="button" onClick={() => setBefore("")}>Newest</button>
          )}
          <button
            type="button"
            className="button"
            disabled={next === null}
            onClick={() => setBefore(next ?? "")}
          >
            Older
          </button>
        </>
      }
      reading={{ data, error }}
      label="Jobs, the newest first"
      columns={columns}
      rows={rows}
      keyOf={({ id }) => id}
      empty="No job is like that"
      opens
      drawer={opened !== "" ? <JobDrawer id={opened} onDone={reload} /> : null}
    />
  );
}

function JobDrawer({ id, onDone }: { readonly id: string; readonly onDone: () => void }) {
  const [, setKey] = useFilter("key");
  const path = `admin/jobs/${encodeURIComponent(id)}`;
  const { data: job, error, reload } = useReading<RegisteredJob>(path, 2000);
  const [ended, setEnded] = useState(false);
  return (
    <Drawer
      label={`Job ${id}`}
      title={job === undefined ? shorten(id, 20) : shorten(job.name, 28)}
      badge={job !== undefined && <Status status={job.status} />}
    >
      {error !== undefined && <p className="problem" role="alert">{error}</p>}
      {job !== undefined && (
        <>
          <Progress name={job.name} progress={job.progress} />
          {job.error !== null && <p className="problem">{job.error}</p>}
          <Facts
            facts={[
              ["Id", <code key="id">{job.id}</code>],
              ["Messages", `${formatCount(job.messages)} of ${formatCount(job.max_messages)}`],
              ["Server", job.server ?? "none: it has ended"],
              ["Attempts that failed in a row", job.attempts],
              [
                "Key",
                <button key="key" type="button" className="opener" onClick={() => setKey(job.key.id)}>
                  {job.key.name ?? `${job.key.id}, revoked`}
                </button>,
              ],
              ["For", `${job.holder}, ${job.network}`],
              ["Content", `${job.mime_type}, ${formatCount(job.size)} bytes, ${job.mode}`],
              ["Transaction", <code key="transaction">{job.transaction_id}</code>],
              ["Topic", job.topic_id ?? "none yet"],
              ["Number", job.inscription_number ?? "none"],
              ["Began", `${formatWhen(job.created_at)}, ${formatAgo(job.created_at)}`],
              ["Ended", formatWhen(job.ended_at)],
            ]}
          />
          <div className="buttons">
            {job.status === "completed" && job.topic_id !== null && (
              <a className="button" href={`inscriptions/content/${job.topic_id}`} download>
                Open the content
              </a>
            )}
            <Action
              label="Cancel the job"
              meaning="The job ends as failed, and whoever follows it is told so. What is on the ledger stays there."
              change={{ method: "DELETE", path }}
              isDangerous
              disabled={job.ended_at !== null || ended}
              onDone={() => {
                setEnded(true);
                reload();
                onDone();
              }}
            />
            <a className="button" href={linkTo("jobs", { show: "keys", open: job.key.id })}>The key</a>
          </div>
        </>
      )}
    </Drawer>
  );
}
