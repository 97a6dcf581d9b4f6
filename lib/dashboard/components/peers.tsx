import { memo, useMemo, useState } from "react";
import type { NetworkPeer } from "../../protocol/streams.ts";
import { formatCount, formatLatency, notGiven, shorten, unknown } from "../model/format.ts";
import { nextOrder, type PeerColumn, type PeerOrder, sortPeers } from "../model/sort_peers.ts";
import { Card } from "./card.tsx";
import { useModel, useSlice } from "./context.ts";
import { Measure } from "./measure.tsx";

const columns: readonly { readonly key: PeerColumn; readonly title: string }[] = [
  { key: "id", title: "Peer" },
  { key: "address", title: "Address" },
  { key: "role", title: "Role" },
  { key: "latency", title: "Latency" },
];
const shownRows = 200;
/** Milliseconds that a full bar stands for, unless a peer is slower. */
const fullBar = 200;
const noPeers: readonly NetworkPeer[] = [];

/** The network's nodes in a table that can be sorted. */
export function PeersCard() {
  const data = useSlice(useModel().peers);
  const peers = data?.peers ?? noPeers;
  const [order, setOrder] = useState<PeerOrder>({ column: "latency", descending: false });
  const sorted = useMemo(() => sortPeers(peers, order), [peers, order]);
  const slowest = useMemo(
    () => peers.reduce((most, { latency_ms }) => Math.max(most, latency_ms ?? 0), fullBar),
    [
      peers,
    ],
  );
  const aside = data && <span className="headline" data-value="peers_total">{formatCount(data.total)}</span>;
  return (
    <Card title="Peers" area="peers" stream="peers" aside={aside}>
      <div className="scroll" tabIndex={0} role="region" aria-label="Table of peers">
        <table className="peers">
          <caption className="unseen">Peers, with buttons in the head to sort by</caption>
          <thead>
            <tr>
              {columns.map(({ key, title }) => (
                <HeadCell key={key} column={key} title={title} order={order} onSort={setOrder} />
              ))}
            </tr>
          </thead>
          <tbody>
            {sorted.slice(0, shownRows).map((peer) => (
              <PeerRow key={peer.id} {...peer} share={(peer.latency_ms ?? 0) / slowest} />
            ))}
          </tbody>
        </table>
        <Remark total={data?.total} count={sorted.length} />
      </div>
    </Card>
  );
}

interface HeadCellProps {
  readonly column: PeerColumn;
  readonly title: string;
  readonly order: PeerOrder;
  readonly onSort: (order: PeerOrder) => void;
}

function HeadCell({ column, title, order, onSort }: HeadCellProps) {
  const direction = order.descending ? "descending" : "ascending";
  return (
    <th scope="col" data-column={column} aria-sort={order.column === column ? direction : "none"}>
      <button type="button" onClick={() => onSort(nextOrder(order, column))}>
        {title}
        <svg viewBox="0 0 8 12" width="8" height="12" aria-hidden="true">
          <path className="sort-up" d="M4 1l3 4H1Z" />
          <path className="sort-down" d="M4 11L1 7h6Z" />
        </svg>
      </button>
    </th>
  );
}

const PeerRow = memo(function PeerRow(props: NetworkPeer & { readonly share: number }) {
  const { id, address, latency_ms, is_validator, share } = props;
  return (
    <tr data-peer={id}>
      <th scope="row" title={id}>{shorten(id, 18)}</th>
      <td data-column="address" title={address ?? notGiven}>{shorten(address ?? unknown, 32)}</td>
      <td data-column="role">
        {is_validator
          ? <span className="badge" data-tone="validator">Validator</span>
          : <span className="hint">{is_validator === null ? unknown : "Peer"}</span>}
      </td>
      <td data-column="latency">
        <span className="latency">
          <span className="bar" aria-hidden="true">
            <span className="bar-fill" style={{ transform: `scaleX(${share.toFixed(3)})` }} />
          </span>
          <Measure {...formatLatency(latency_ms)} />
        </span>
      </td>
    </tr>
  );
});

function Remark({ total, count }: { readonly total: number | undefined; readonly count: number }) {
  if (total === undefined) return <p className="remark">Waiting for the node's peers</p>;
  if (count === 0) {
    return <p className="remark">{total === 0 ? "The node has no peers" : `A list is ${notGiven}`}</p>;
  }
  return count > shownRows
    ? <p className="remark">and {formatCount(count - shownRows)} more in this order</p>
    : null;
}
