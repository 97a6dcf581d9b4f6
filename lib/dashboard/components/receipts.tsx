import { memo } from "react";
import { formatCount, formatShort, formatTime, shorten, unknown } from "../model/format.ts";
import type { ListedReceipt } from "../model/receipts_log.ts";
import { Card } from "./card.tsx";
import { useModel, useSlice } from "./context.ts";

/** What the markets settle, as it comes in. */
export function ReceiptsCard() {
  const { entries, seen, incomplete } = useSlice(useModel().receipts);
  const aside = seen > 0 && (
    <>
      {incomplete && <span className="badge" data-tone="stale">Some missed</span>}
      <span className="headline" data-value="receipts_seen">{formatCount(seen)}</span>
    </>
  );
  return (
    <Card title="Market receipts" area="receipts" stream="receipts" aside={aside}>
      <div className="scroll" tabIndex={0} role="region" aria-label="List of market receipts, newest first">
        <ol className="receipts">
          {entries.map((entry) => <ReceiptItem key={entry.receipt.id} {...entry} />)}
        </ol>
        {entries.length === 0 && <p className="remark">Waiting for the first market receipt</p>}
      </div>
    </Card>
  );
}

const ReceiptItem = memo(function ReceiptItem({ receipt, isNew }: ListedReceipt) {
  const { id, market, provider, consumer, amount, timestamp } = receipt;
  const parties = [provider, consumer].filter((name) => name !== undefined).map((name) => shorten(name));
  return (
    <li className="receipt" data-receipt={id} data-new={isNew}>
      <span className="receipt-market">{market ?? "receipt"}</span>
      <span className="receipt-amount number">{amount === undefined ? "" : formatShort(amount)}</span>
      <span className="receipt-id" title={id}>{shorten(id, 20)}</span>
      <span className="receipt-parties">{parties.join(" → ")}</span>
      <time className="number">{timestamp === undefined ? unknown : formatTime(timestamp)}</time>
    </li>
  );
});
