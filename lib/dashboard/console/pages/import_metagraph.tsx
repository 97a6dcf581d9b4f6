import { type DragEvent, useCallback, useId, useState } from "react";
import type { ListedMiner, MetagraphDifference } from "../../../protocol/mod.ts";
import { formatCount, shorten } from "../../model/format.ts";
import { Action } from "../action.tsx";
import { useConsole } from "../context.ts";
import { useChecked } from "../verifier/use_checked.ts";

/** Registers a list of miners as a whole, once it was seen what that changes. */
export function ImportMetagraph({ onDone }: { readonly onDone: () => void }) {
  const { api } = useConsole();
  const [text, setText] = useState("");
  const compare = useCallback(
    (text: string) =>
      api.change<MetagraphDifference>({ method: "POST", path: "admin/metagraph/diff", body: text }),
    [api],
  );
  const checked = useChecked(text, compare);
  return (
    <Action
      label="Import"
      meaning="The miners of the list are registered as it says; others that were registered here are removed and disconnected. What a metagraph file or a chain lists stays."
      change={{ method: "POST", path: "admin/metagraph", body: text.trim() === "" ? '{"miners": []}' : text }}
      isReady={checked.kind === "good"}
      describe={(answer) => `Done: ${countsOf(answer as MetagraphDifference)}`}
      onDone={onDone}
    >
      <MetagraphField text={text} onChange={setText} />
      <p className={checked.kind === "bad" ? "problem" : "hint"} role="status">
        {checked.kind === "good"
          ? countsOf(checked.outcome)
          : checked.kind === "bad"
          ? checked.message
          : checked.kind === "checking"
          ? "Comparing"
          : "Nothing yet"}
      </p>
      {checked.kind === "good" && <Changes difference={checked.outcome} />}
    </Action>
  );
}

function countsOf({ added, changed, removed }: MetagraphDifference): string {
  const counts = [[added, "added"], [changed, "changed"], [removed, "removed"]] as const;
  return counts.map(([miners, name]) => `${formatCount(miners.length)} ${name}`).join(", ");
}

function MetagraphField(
  { text, onChange }: { readonly text: string; readonly onChange: (text: string) => void },
) {
  const id = useId();
  const drop = async (event: DragEvent) => {
    const file = event.dataTransfer.files[0];
    if (file === undefined) return;
    event.preventDefault();
    onChange(await file.text());
  };
  return (
    <>
      <label htmlFor={id}>
        A metagraph as JSON, typed or dropped: {'{"miners": [{"hotkey", "uid", "blacklisted"?}]}'}
      </label>
      <textarea
        id={id}
        className="field"
        rows={6}
        spellCheck={false}
        value={text}
        onChange={({ target }) => onChange(target.value)}
        onDrop={(event) => void drop(event)}
      />
      <input
        type="file"
        accept=".json,application/json"
        aria-label="A file with a metagraph"
        onChange={({ target }) => void target.files?.[0]?.text().then(onChange)}
      />
    </>
  );
}

/** Lines that are shown of each kind. */
const mostShown = 100;

function Changes({ difference: { added, changed, removed } }: { readonly difference: MetagraphDifference }) {
  const kinds = [
    { mark: "+", tone: "healthy", rows: added.map((miner) => [miner.hotkey, describe(miner)] as const) },
    {
      mark: "±",
      tone: "waiting",
      rows: changed.map(({ before, now }) => [now.hotkey, `${describe(before)} → ${describe(now)}`] as const),
    },
    { mark: "−", tone: "down", rows: removed.map((miner) => [miner.hotkey, describe(miner)] as const) },
  ];
  return (
    <ul className="difference" aria-label="What it changes" tabIndex={0}>
      {kinds.flatMap(({ mark, tone, rows }) =>
        rows.slice(0, mostShown).map(([hotkey, what]) => (
          <li key={hotkey}>
            <span className="badge" data-tone={tone}>{mark}</span>
            <code title={hotkey}>{shorten(hotkey, 20)}</code>
            <span>{what}</span>
          </li>
        )).concat(
          rows.length > mostShown
            ? [<li key={mark} className="hint">{mark} {formatCount(rows.length - mostShown)} more</li>]
            : [],
        )
      )}
    </ul>
  );
}

function describe({ uid, blacklisted }: ListedMiner): string {
  return `uid ${uid}${blacklisted ? ", blacklisted" : ""}`;
}
