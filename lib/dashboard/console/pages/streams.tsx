import type { StreamState } from "../../../protocol/mod.ts";
import { formatCount, formatDuration } from "../../model/format.ts";
import { useReading } from "../context.ts";
import type { Column } from "../data_table.tsx";
import { Choice, hasText, SearchField } from "../fields.tsx";
import { Facts } from "../figures.tsx";
import { linkTo, useFilter } from "../place.ts";
import { Drawer, TableCard } from "../table_card.tsx";
import { formatWhen } from "../when.ts";

const tones = { live: "healthy", stale: "down", idle: "waiting" } as const;
/** Characters of a value that are shown. */
const longest = 20_000;

function Status({ status }: Pick<StreamState, "status">) {
  return <span className="badge" data-tone={tones[status]}>{status}</span>;
}

const ageOf = ({ age_seconds }: StreamState) => age_seconds === null ? "–" : formatDuration(age_seconds);
const periodOf = ({ period_ms }: StreamState) =>
  period_ms === null ? "as they come" : formatDuration(period_ms / 1000);

const columns: readonly Column<StreamState>[] = [
  { key: "name", title: "Stream", show: ({ name }) => name, sortBy: ({ name }) => name },
  {
    key: "status",
    title: "State",
    show: ({ status }) => <Status status={status} />,
    sortBy: ({ status }) => status,
  },
  { key: "age", title: "Age", show: ageOf, sortBy: ({ age_seconds }) => age_seconds ?? -1, isNumber: true },
  {
    key: "subscribers",
    title: "Subscribers",
    show: ({ subscribers }) => formatCount(subscribers),
    sortBy: ({ subscribers }) => subscribers,
    isNumber: true,
  },
  {
    key: "errors",
    title: "Upstream errors",
    show: ({ upstream }) => upstream === null ? "–" : formatCount(upstream.errors),
    sortBy: ({ upstream }) => upstream?.errors ?? -1,
    isNumber: true,
    isMinor: true,
  },
  {
    key: "offset",
    title: "Values",
    show: ({ offset }) => formatCount(offset),
    sortBy: ({ offset }) => offset,
    isNumber: true,
    isMinor: true,
  },
  { key: "period", title: "Every", show: periodOf, sortBy: ({ period_ms }) => period_ms ?? 0, isMinor: true },
  {
    key: "newest",
    title: "Newest value of",
    show: ({ newest_at }) => formatWhen(newest_at),
    sortBy: ({ newest_at }) => newest_at ?? "",
    isMinor: true,
  },
];

/** What streams carry, how old it is, and who listens. */
export function StreamsPage() {
  const [search] = useFilter("search");
  const [state] = useFilter("state");
  const [opened] = useFilter("open");
  const { data, error } = useReading<{ streams: readonly StreamState[]; simulated: boolean }>(
    "admin/stream-states",
    2000,
  );
  const streams = data?.streams ?? [];
  const rows = streams.filter(({ name, description, status }) =>
    hasText(search, name, description) && (state === "" || status === state)
  );
  return (
    <TableCard
      title="Streams"
      tools={
        <>
          <SearchField label="Search for a stream" />
          <Choice
            name="state"
            label="State"
            options={{ "": "All", live: "Live", stale: "Stale", idle: "Idle" }}
          />
          <span className="hint" role="status">
            {formatCount(rows.length)} of {formatCount(streams.length)}
            {data?.simulated === true && ", from the simulated node"}
          </span>
        </>
      }
      reading={{ data, error }}
      label="Streams"
      columns={columns}
      rows={rows}
      keyOf={({ name }) => name}
      empty="No stream is like that"
      opens
      drawer={opened !== "" ? <StreamDrawer name={opened} /> : null}
    />
  );
}

function StreamDrawer({ name }: { readonly name: string }) {
  const { data, error } = useReading<{ stream: StreamState; newest: unknown }>(
    `admin/stream-states/${encodeURIComponent(name)}`,
    2000,
  );
  return (
    <Drawer label={`Stream ${name}`} title={name} badge={data !== undefined && <Status {...data.stream} />}>
      {error !== undefined && <p className="problem" role="alert">{error}</p>}
      {data !== undefined && <StreamFacts stream={data.stream} />}
      {data !== undefined && (
        <>
          <h3>Newest value</h3>
          {data.newest === null
            ? <p className="remark">None is known: nobody has listened yet</p>
            : <pre className="command">{shown(data.newest)}</pre>}
        </>
      )}
    </Drawer>
  );
}

function StreamFacts({ stream }: { readonly stream: StreamState }) {
  const { description, problem, subscribers, epoch, offset, newest_at, newest_bytes, upstream } = stream;
  return (
    <>
      {description !== null && <p>{description}</p>}
      {problem !== null && <p className="problem">{problem}</p>}
      <Facts
        facts={[
          ["Age", `${ageOf(stream)}, of ${formatWhen(newest_at)}`],
          [
            "Subscribers",
            <a key="subscribers" href={linkTo("connections")}>
              {formatCount(subscribers)} at this server
            </a>,
          ],
          ["Values", periodOf(stream)],
          ["Position", `${epoch}, offset ${formatCount(offset)}`],
          [
            "Asked upstream",
            upstream === null
              ? "not counted apart"
              : `${formatCount(upstream.answers)} answers, ${formatCount(upstream.errors)} errors`,
          ],
          ["Size", newest_bytes === null ? "–" : `${formatCount(newest_bytes)} characters`],
        ]}
      />
    </>
  );
}

function shown(value: unknown): string {
  const text = JSON.stringify(value, null, 2);
  return text.length <= longest
    ? text
    : `${text.slice(0, longest)}\n… ${formatCount(text.length - longest)} more`;
}
