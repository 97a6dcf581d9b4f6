import { useVirtualizer } from "@tanstack/react-virtual";
import { memo, useDeferredValue, useMemo, useRef, useState } from "react";
import type { NetworkPeer } from "../../protocol/streams.ts";
import { formatCount, formatLatency, notGiven, shorten, unknown } from "../model/format.ts";
import {
  fullBarOf,
  nextOrder,
  type PeerColumn,
  type PeerOrder,
  searchPeers,
  slowestFirst,
  sortPeers,
} from "../model/listed_peers.ts";
import { Card } from "./card.tsx";
import { useModel, useSlice } from "./context.ts";
import { Measure } from "./measure.tsx";

const columns: readonly { readonly key: PeerColumn; readonly title: string }[] = [
  { key: "id", title: "Peer" },
  { key: "address", title: "Address" },
  { key: "role", title: "Role" },
  { key: "latency", title: "Latency" },
];
/** CSS pixels of a row. */
const rowHeight = 40;
const noPeers: readonly NetworkPeer[] = [];

/** The network's nodes in a table that can be sorted and searched. */
export function PeersCard() {
  const data = useSlice(useModel().values.peers);
  const peers = data?.peers ?? noPeers;
  const [order, setOrder] = useState<PeerOrder>({ column: "latency", descending: false });
  const [wanted, setWanted] = useState("");
  const search = useDeferredValue(wanted);
  const sorted = useMemo(() => sortPeers(searchPeers(peers, search), order), [peers, search, order]);
  const fullBar = useMemo(() => fullBarOf(peers), [peers]);
  const isSlowestFirst = order.column === slowestFirst.column && order.descending;
  const aside = data && <span className="headline" data-value="peers_total">{formatCount(data.total)}</span>;
  return (
    <Card title="Peers" area="peers" stream="peers" aside={aside}>
      <div className="tools">
        <input
          type="search"
          className="field"
          placeholder="Search"
          aria-label="Search for a peer, an address or a role"
          value={wanted}
          onChange={({ target }) => setWanted(target.value)}
        />
        <button
          type="button"
          className="button"
          aria-pressed={isSlowestFirst}
          onClick={() => setOrder(isSlowestFirst ? { column: "latency", descending: false } : slowestFirst)}
        >
          Slowest first
        </button>
        {search !== "" && (
          <span className="hint" role="status">
            {formatCount(sorted.length)} of {formatCount(peers.length)}
          </span>
        )}
      </div>
      <PeerTable peers={sorted} order={order} onSort={setOrder} fullBar={fullBar}>
        <Remark total={data?.total} listed={peers.length} found={sorted.length} />
      </PeerTable>
    </Card>
  );
}

interface PeerTableProps {
  readonly peers: readonly NetworkPeer[];
  readonly order: PeerOrder;
  readonly onSort: (order: PeerOrder) => void;
  readonly fullBar: number;
  readonly children: React.ReactNode;
}

/** Only the rows that are in view are there, however many there are. */
function PeerTable({ peers, order, onSort, fullBar, children }: PeerTableProps) {
  const scroll = useRef<HTMLDivElement>(null);
  const virtual = useVirtualizer({
    count: peers.length,
    getScrollElement: () => scroll.current,
    estimateSize: () => rowHeight,
    getItemKey: (index) => peers[index]?.id ?? index,
    overscan: 8,
  });
  const rows = virtual.getVirtualItems();
  const above = rows[0]?.start ?? 0;
  const below = virtual.getTotalSize() - (rows.at(-1)?.end ?? 0);
  return (
    <div className="scroll" ref={scroll} tabIndex={0} role="region" aria-label="Table of peers">
      <table className="peers" aria-rowcount={peers.length + 1}>
        <caption className="unseen">Peers, with buttons in the head to sort by</caption>
        <thead>
          <tr aria-rowindex={1}>
            {columns.map(({ key, title }) => (
              <HeadCell key={key} column={key} title={title} order={order} onSort={onSort} />
            ))}
          </tr>
        </thead>
        <tbody>
          <Spacer height={above} />
          {rows.map(({ index, key }) => {
            const peer = peers[index];
            return peer && <PeerRow key={key} {...peer} position={index} fullBar={fullBar} />;
          })}
          <Spacer height={below} />
        </tbody>
      </table>
      {children}
    </div>
  );
}

/** Stands for the rows that are not in view. */
function Spacer({ height }: { readonly height: number }) {
  return height > 0 && (
    <tr aria-hidden="true">
      <td colSpan={columns.length} className="spacer" style={{ height }} />
    </tr>
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

interface PeerRowProps extends NetworkPeer {
  readonly position: number;
  readonly fullBar: number;
}

const PeerRow = memo(function PeerRow(props: PeerRowProps) {
  const { id, address, latency_ms, is_validator, position, fullBar } = props;
  const share = (latency_ms ?? 0) / fullBar;
  return (
    <tr data-peer={id} aria-rowindex={position + 2}>
      <th scope="row" title={id}>{shorten(id, 18)}</th>
      <td data-column="address" title={address ?? notGiven}>{shorten(address ?? unknown, 32)}</td>
      <td data-column="role">
        {is_validator
          ? <span className="badge" data-tone="validator">Validator</span>
          : <span className="hint">{is_validator === null ? unknown : "Peer"}</span>}
      </td>
      <td data-column="latency">
        <span className="latency">
          <span className="bar" data-beyond={share > 1} aria-hidden="true">
            <span className="bar-fill" style={{ transform: `scaleX(${Math.min(1, share).toFixed(3)})` }} />
          </span>
          <Measure {...formatLatency(latency_ms)} />
        </span>
      </td>
    </tr>
  );
});

interface RemarkProps {
  /** As the node says. */
  readonly total: number | undefined;
  readonly listed: number;
  readonly found: number;
}

function Remark({ total, listed, found }: RemarkProps) {
  if (total === undefined) return <p className="remark">Waiting for the node's peers</p>;
  if (listed === 0) {
    return <p className="remark">{total === 0 ? "The node has no peers" : `A list is ${notGiven}`}</p>;
  }
  return found === 0 ? <p className="remark">No peer is like that</p> : null;
}
