import { useState } from "react";
import type { Judgement } from "../../../protocol/mod.ts";
import { formatAmount, formatCount, shorten } from "../../model/format.ts";
import { useConsole, useJudgements, useReading } from "../context.ts";
import type { Column } from "../data_table.tsx";
import { Choice, hasText, SearchField } from "../fields.tsx";
import { Facts } from "../figures.tsx";
import { linkTo, useFilter } from "../place.ts";
import { ReceiptProof } from "../receipt_proof.tsx";
import { Drawer, TableCard } from "../table_card.tsx";
import { formatWhen } from "../when.ts";

const columns: readonly Column<Judgement>[] = [
  { key: "at", title: "When", show: ({ at }) => formatWhen(new Date(at).toISOString()) },
  {
    key: "result",
    title: "Result",
    show: ({ result, reason }) => (
      <span className="badge" data-tone={result === "refused" ? "down" : "healthy"}>
        {reason?.replaceAll("_", " ") ?? result}
      </span>
    ),
  },
  { key: "id", title: "Prediction", show: ({ prediction_id }) => <code>{shorten(prediction_id, 20)}</code> },
  {
    key: "miner",
    title: "Miner",
    show: ({ uid, hotkey }) => <a href={linkTo("miners", { open: hotkey })}>{uid}</a>,
  },
  { key: "game", title: "Game", show: ({ game_id }) => shorten(game_id, 16), isMinor: true },
  { key: "outcome", title: "Outcome", show: ({ predicted_outcome }) => predicted_outcome, isMinor: true },
  { key: "wager", title: "Wager", show: ({ wager }) => formatAmount(wager), isNumber: true, isMinor: true },
];

/** Predictions as they are judged. */
export function PredictionsPage() {
  const [search] = useFilter("search");
  const [result] = useFilter("result");
  const [opened] = useFilter("open");
  const [sequence] = useFilter("sequence");
  const all = useJudgements();
  const { memory: { skipped } } = useConsole();
  /** What is shown while it is paused. */
  const [held, setHeld] = useState<readonly Judgement[]>();
  const shown = held ?? all;
  const waiting = held === undefined
    ? 0
    : all.filter(({ number }) => number > (held[0]?.number ?? -1)).length;
  const rows = shown.filter((row) =>
    hasText(
      search,
      row.prediction_id,
      row.hotkey,
      row.uid,
      row.game_id,
      row.reason,
      row.reason?.replaceAll("_", " "),
    ) &&
    (result === "" || (result === "refused") === (row.result === "refused"))
  );
  const open = shown.find(({ number }) => String(number) === opened);
  return (
    <TableCard
      title="Predictions"
      tools={
        <>
          <SearchField label="Search for a prediction, a miner, a game or a reason" />
          <Choice
            name="result"
            label="Result"
            options={{ "": "All", accepted: "Accepted", refused: "Refused" }}
          />
          <button
            type="button"
            className="button"
            aria-pressed={held !== undefined}
            onClick={() => setHeld(held === undefined ? all : undefined)}
          >
            {held !== undefined ? waiting === 0 ? "Go on" : `${formatCount(waiting)} new` : "Pause"}
          </button>
          <span className="hint" role="status">
            {formatCount(rows.length)} shown{skipped > 0 && `, ${formatCount(skipped)} came too fast to show`}
          </span>
        </>
      }
      label="Predictions, the newest first"
      columns={columns}
      rows={rows}
      keyOf={({ number }) => String(number)}
      empty="Waiting for predictions"
      opens
      below={rows.length === 0 && search !== "" && <Stored id={search} />}
      drawer={open !== undefined
        ? <PredictionDrawer judgement={open} />
        : sequence !== ""
        ? <StoredDrawer sequence={Number(sequence)} />
        : null}
    />
  );
}

function PredictionDrawer({ judgement }: { readonly judgement: Judgement }) {
  const { prediction_id, hotkey, uid, game_id, predicted_outcome, wager, way, message, sequence, at } =
    judgement;
  return (
    <Drawer label={`Prediction ${prediction_id}`} title="Prediction">
      <Facts
        facts={[
          ["Id", <code key="id">{prediction_id}</code>],
          ["Judged", formatWhen(new Date(at).toISOString())],
          [
            "Miner",
            <a key="miner" href={linkTo("miners", { open: hotkey })}>{uid}: {shorten(hotkey, 20)}</a>,
          ],
          ["Game", <a key="game" href={linkTo("games", { search: game_id })}>{game_id}</a>],
          ["Outcome, wager", `${predicted_outcome}, ${formatAmount(wager)}`],
          ["Came over", way === "http" ? "HTTP" : "WebSocket"],
          ...message === null ? [] : [["Refused because", message] as const],
        ]}
      />
      {sequence !== null && <ReceiptProof key={sequence} sequence={sequence} />}
    </Drawer>
  );
}

/** What the store has under an id that is not among the latest. */
function Stored({ id }: { readonly id: string }) {
  const path = `admin/predictions?${new URLSearchParams({ prediction_id: id.slice(0, 128) })}`;
  const { data } = useReading<{ predictions: readonly { sequence: number; uid: number }[] }>(path);
  return (
    <ul className="stored" aria-label="Found in the store">
      {data?.predictions.map(({ sequence, uid }) => (
        <li key={sequence}>
          <a href={linkTo("predictions", { search: id, sequence: String(sequence) })}>
            Accepted earlier, of miner {uid}
          </a>
        </li>
      ))}
    </ul>
  );
}

/** A prediction that is not among the latest any more. */
function StoredDrawer({ sequence }: { readonly sequence: number }) {
  return (
    <Drawer label={`Prediction with sequence ${sequence}`} title="Prediction" by="sequence">
      <ReceiptProof key={sequence} sequence={sequence} />
    </Drawer>
  );
}
