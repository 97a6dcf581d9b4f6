import type { ToldAlert, ToldAlertRule, ToldAlerts, WebhookDelivery } from "../../../protocol/mod.ts";
import { formatDuration } from "../../model/format.ts";
import { Action } from "../action.tsx";
import { formatAlertValue, useAlerts } from "../alerts.ts";
import type { Column } from "../data_table.tsx";
import { Choice, hasText, SearchField } from "../fields.tsx";
import { Facts } from "../figures.tsx";
import { useFilter } from "../place.ts";
import { Drawer, TableCard } from "../table_card.tsx";
import { formatWhen } from "../when.ts";

const tones: Readonly<Record<string, string>> = {
  quiet: "healthy",
  pending: "waiting",
  firing: "down",
  outside: "unknown",
  over: "healthy",
};

function State({ state }: { readonly state: string }) {
  return <span className="badge" data-tone={tones[state]}>{state}</span>;
}

const plainName = (name: string) =>
  name.replace(/^Heliograph/, "").replaceAll(/(?<=[a-z])[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`);

const columns: readonly Column<ToldAlertRule>[] = [
  { key: "name", title: "Rule", show: ({ name }) => plainName(name), sortBy: ({ name }) => name },
  {
    key: "state",
    title: "State",
    show: ({ state }) => <State state={state} />,
    sortBy: ({ state }) => state,
  },
  {
    key: "value",
    title: "Value",
    show: ({ value, unit }) => formatAlertValue(value, unit),
    isNumber: true,
  },
  {
    key: "threshold",
    title: "Threshold",
    show: ({ threshold, unit }) => formatAlertValue(threshold, unit),
    isNumber: true,
  },
  {
    key: "for",
    title: "For",
    show: ({ for_seconds }) => for_seconds === 0 ? "at once" : formatDuration(for_seconds),
    sortBy: ({ for_seconds }) => for_seconds,
    isMinor: true,
  },
  { key: "since", title: "Since", show: ({ since }) => formatWhen(since), isMinor: true },
  {
    key: "severity",
    title: "Severity",
    show: ({ severity }) => severity,
    sortBy: ({ severity }) => severity,
    isMinor: true,
  },
];

const endedColumns: readonly Column<ToldAlert>[] = [
  {
    key: "summary",
    title: "Alert",
    show: ({ summary }) => <span title={summary}>{summary}</span>,
    sortBy: ({ name }) => name,
  },
  { key: "since", title: "Since", show: ({ since }) => formatWhen(since), sortBy: ({ since }) => since },
  {
    key: "ended",
    title: "Over",
    show: ({ ended_at }) => formatWhen(ended_at),
    sortBy: ({ ended_at }) => ended_at ?? "",
  },
  {
    key: "value",
    title: "Value",
    show: ({ value, unit }) => formatAlertValue(value, unit),
    isNumber: true,
    isMinor: true,
  },
];

/** What has to be looked at, and by which rules. */
export function AlertsPage() {
  const [search] = useFilter("search");
  const [state] = useFilter("state");
  const [show] = useFilter("show");
  const [opened] = useFilter("open");
  const { data, error, reload } = useAlerts();
  const rules = (data?.rules ?? []).filter((rule) =>
    hasText(search, rule.name, plainName(rule.name), rule.advice) && (state === "" || rule.state === state)
  );
  const open = show === "" ? data?.rules.find(({ name }) => name === opened) : undefined;
  const frame = {
    title: "Rules",
    tools: (
      <>
        <SearchField label="Search for a rule" />
        <Choice name="show" label="What" options={{ "": "Rules", ended: "Lately over" }} />
        {show === "" && (
          <Choice
            name="state"
            label="State"
            options={{ "": "All", firing: "Firing", pending: "Pending", quiet: "Quiet" }}
          />
        )}
        <WebhookState data={data} onDone={reload} />
      </>
    ),
    reading: { data, error },
    empty: "None is like that",
    drawer: open === undefined ? null : <RuleDrawer rule={open} />,
  };
  return (
    <>
      <HeldAlerts data={data} />
      {show === ""
        ? (
          <TableCard
            {...frame}
            label="Rules that this server judges every 15 seconds"
            columns={columns}
            rows={rules}
            keyOf={({ name }) => name}
            opens
          />
        )
        : (
          <TableCard
            {...frame}
            label="Alerts that are over"
            columns={endedColumns}
            rows={(data?.ended ?? []).filter(({ summary }) => hasText(search, summary))}
            keyOf={({ name, labels, since }) => `${name} ${JSON.stringify(labels)} ${since}`}
          />
        )}
    </>
  );
}

function HeldAlerts({ data }: { readonly data: ToldAlerts | undefined }) {
  return (
    <section className="card held" aria-labelledby="held">
      <header className="card-head">
        <h2 id="held">Now</h2>
        {data !== undefined && <p className="hint">judged {formatWhen(data.judged_at)}</p>}
      </header>
      <AlertList alerts={data?.alerts} />
    </section>
  );
}

/** What holds, each with what to do. */
function AlertList({ alerts }: { readonly alerts: readonly ToldAlert[] | undefined }) {
  return (
    <>
      <ul className="troubles" data-value="alerts">
        {alerts?.map(({ name, labels, state, summary, advice, since, value, threshold, unit }) => (
          <li key={`${name} ${JSON.stringify(labels)}`}>
            <span className="trouble-head">
              <strong>{summary}</strong> <State state={state} />
            </span>
            <span className="hint">
              Since {formatWhen(since)}: {formatAlertValue(value, unit)}, threshold{" "}
              {formatAlertValue(threshold, unit)}. {advice}
            </span>
          </li>
        ))}
      </ul>
      {alerts?.length === 0 && <p className="remark">Nothing fires, and nothing is about to</p>}
    </>
  );
}

function RuleDrawer({ rule }: { readonly rule: ToldAlertRule }) {
  const { name, severity, state, for_seconds, expression, advice, value, threshold, unit, since } = rule;
  return (
    <Drawer label={`Rule ${plainName(name)}`} title={plainName(name)} badge={<State state={state} />}>
      <Facts
        facts={[
          ["Called", <code key="name">{name}</code>],
          ["Severity", severity],
          ["Holds for", for_seconds === 0 ? "at once" : formatDuration(for_seconds)],
          ["Value, threshold", `${formatAlertValue(value, unit)}, ${formatAlertValue(threshold, unit)}`],
          ["Since", formatWhen(since)],
        ]}
      />
      {state === "outside" && (
        <p className="hint">A server that is down cannot say so: a Prometheus has to judge this one.</p>
      )}
      <p>{advice}</p>
      <h3>Expression</h3>
      <pre className="command">{expression}</pre>
    </Drawer>
  );
}

function describeDelivery({ status, problem, attempts }: WebhookDelivery): string {
  if (problem === null) return `taken with ${status}`;
  return attempts === 1 ? `not taken: ${problem}` : `not taken in ${attempts} attempts: ${problem}`;
}

function WebhookState(
  { data, onDone }: { readonly data: ToldAlerts | undefined; readonly onDone: () => void },
) {
  const webhook = data?.webhook ?? null;
  const last = webhook?.last ?? null;
  return (
    <>
      <span className="hint" role="status">
        {data === undefined
          ? ""
          : webhook === null
          ? "No webhook: start with --alerts.webhook=URL"
          : `Webhook ${webhook.host}${
            last === null ? "" : `, ${formatWhen(last.at)}: ${describeDelivery(last)}`
          }`}
      </span>
      <Action
        label="Try the webhook"
        meaning={`One message that is no alert goes to ${webhook?.host ?? "the webhook"}.`}
        change={{ method: "POST", path: "admin/alerts/test" }}
        disabled={webhook === null}
        describe={(answer) => `It was ${describeDelivery(answer as WebhookDelivery)}`}
        onDone={onDone}
      />
    </>
  );
}
