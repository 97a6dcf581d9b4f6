import type {
  Judgement,
  MinerDay,
  MinerDetails,
  ToldConnections,
  ToldMiner as Miner,
} from "../../../protocol/mod.ts";
import { formatAmount, formatCount, shorten } from "../../model/format.ts";
import { Action } from "../action.tsx";
import { useFeed, useReading } from "../context.ts";
import { DayStrip } from "../day_strip.tsx";
import { Facts } from "../figures.tsx";
import { linkTo } from "../place.ts";
import { Drawer } from "../table_card.tsx";
import { formatAgo, formatWhen } from "../when.ts";
import { MinerState, Wagered } from "./miner_parts.tsx";

interface DrawerProps {
  readonly miner: Miner;
  readonly day: MinerDay | undefined;
  readonly dailyLimit: number | undefined;
  readonly onDone: () => void;
}

/** All that is known of a miner. */
export function MinerDrawer({ miner, day, dailyLimit, onDone }: DrawerProps) {
  const { hotkey, uid, connected, last_error } = miner;
  return (
    <Drawer label={`Miner ${uid}`} title={`Miner ${uid}`} badge={<MinerState {...miner} />}>
      <Facts
        facts={[
          ["Hotkey", <code key="hotkey">{hotkey}</code>],
          [
            "Connection",
            connected === null
              ? "none"
              : (
                <a key="connection" href={linkTo("connections", { open: connected.id })}>
                  {connected.id}, since {formatWhen(connected.since)}
                </a>
              ),
          ],
          [
            "Accepted, refused",
            `${formatCount(miner.accepted)}, ${formatCount(miner.refused)} since the start`,
          ],
          ["Wagered today", <Wagered key="wagered" amount={miner.wagered_today} limit={dailyLimit} />],
          ["Last error", last_error ?? "none"],
          ["The last 24 hours", <DayStrip key="day" day={day} />],
        ]}
      />
      <Actions miner={miner} onDone={onDone} />
      <Kept key={hotkey} hotkey={hotkey} />
    </Drawer>
  );
}

function Actions({ miner: { hotkey, uid, blacklisted }, onDone }: Pick<DrawerProps, "miner" | "onDone">) {
  const path = `admin/miners/${hotkey}`;
  return (
    <div className="buttons">
      <Action
        label={blacklisted ? "Take off the blacklist" : "Blacklist"}
        meaning={blacklisted
          ? "The miner may connect and predict again."
          : "The miner is disconnected at once, and may not connect again."}
        change={{ method: "PUT", path, body: { uid, blacklisted: !blacklisted } }}
        isDangerous={!blacklisted}
        onDone={onDone}
      />
      <Action
        label="Remove"
        meaning="The miner is not registered any more, and is disconnected at once, unless a metagraph lists it."
        change={{ method: "DELETE", path }}
        isDangerous
        onDone={onDone}
      />
    </div>
  );
}

/** What is read of it when it is opened, and again when it predicts. */
function Kept({ hotkey }: { readonly hotkey: string }) {
  const { data, reload } = useReading<MinerDetails>(`admin/miners/${hotkey}`, 10_000);
  const { data: listed } = useReading<ToldConnections>(`admin/connections?hotkey=${hotkey}&ended=10`, 10_000);
  useFeed<{ readonly predictions: readonly Judgement[] }>("predictions", ({ predictions }) => {
    if (predictions.some((judgement) => judgement.hotkey === hotkey)) reload();
  });
  const connections = [...listed?.connections ?? [], ...listed?.ended ?? []];
  return (
    <>
      <h3>Chain of receipts</h3>
      {data !== undefined && (
        <Facts
          facts={[
            ["Receipts", receiptsOf(data.chain)],
            ["Head", <code key="head">{data.chain.head}</code>],
            [
              "Is it whole?",
              <a key="check" href={linkTo("receipts", { miner: hotkey })}>
                Check all of them in this browser
              </a>,
            ],
          ]}
        />
      )}
      <h3>Connections</h3>
      <ol className="recent">
        {connections.map(({ id, opened_at, ending }) => (
          <li key={id}>
            <a href={linkTo("connections", { open: id, ...(ending === null ? {} : { show: "ended" }) })}>
              {id}
            </a>
            <span>{ending?.cause.replaceAll("_", " ") ?? "open"}</span>
            <time>{formatAgo(opened_at)}</time>
          </li>
        ))}
      </ol>
      {listed !== undefined && connections.length === 0 && <p className="remark">None lately</p>}
      <h3>Latest predictions</h3>
      <ol className="recent" aria-label="Latest predictions">
        {data?.latest.map((prediction) => (
          <Latest key={`${prediction.at} ${prediction.prediction_id}`} {...prediction} />
        ))}
      </ol>
      {data?.latest.length === 0 && <p className="remark">None</p>}
    </>
  );
}

function receiptsOf({ receipts, first }: MinerDetails["chain"]): string {
  const pruned = first > 1 && receipts > 0 ? `, of which ${formatCount(first - 1)} were pruned` : "";
  return `${formatCount(receipts)}${pruned}`;
}

function Latest(
  { at, prediction_id, result, reason, message, sequence, wager }: MinerDetails["latest"][number],
) {
  return (
    <li title={message ?? undefined}>
      <span className="badge" data-tone={result === "refused" ? "down" : "healthy"}>
        {reason?.replaceAll("_", " ") ?? result}
      </span>
      {sequence === null
        ? <code>{shorten(prediction_id, 16)}</code>
        : (
          <a href={linkTo("predictions", { sequence: String(sequence) })}>
            <code>{shorten(prediction_id, 16)}</code>
          </a>
        )}
      <span className="number">{formatAmount(wager)}</span>
      <time>{formatWhen(at)}</time>
    </li>
  );
}
