import { useDataStream, useWebSocket } from "@heliograph/client/react";
import { type ReactNode, useEffect, useState } from "react";

/** One stream: that is all that it takes. */
function Network({ gateway }: { gateway: string }): ReactNode {
  const { data, connected, error } = useDataStream("network_metrics", gateway);
  if (data === undefined) return <p>{error ?? "Connecting"}</p>;
  return (
    <section>
      <h2>Network {connected ? "" : "(not connected)"}</h2>
      <p>Block {data.block_height}, strength {data.network_strength}</p>
    </section>
  );
}

/** Any of the streams, as the visitor likes. Both components share one connection. */
function Choice({ gateway }: { gateway: string }): ReactNode {
  const { state, data, subscribe, unsubscribe, error } = useWebSocket({ url: gateway });
  const [wanted, setWanted] = useState(true);
  useEffect(() => {
    if (wanted) subscribe("peers");
    else unsubscribe("peers");
  }, [wanted, subscribe, unsubscribe]);
  return (
    <section>
      <h2>Peers</h2>
      <label>
        <input type="checkbox" checked={wanted} onChange={() => setWanted(!wanted)} /> follow them
      </label>
      <p>{state}{error === undefined ? "" : `: ${error}`}</p>
      <ul>{data.peers?.peers.map(({ id, latency_ms }) => <li key={id}>{id}: {latency_ms} ms</li>)}</ul>
    </section>
  );
}

export function App({ gateway }: { gateway: string }): ReactNode {
  return (
    <main>
      <Network gateway={gateway} />
      <Choice gateway={gateway} />
    </main>
  );
}
