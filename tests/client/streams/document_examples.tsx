/** @jsxRuntime automatic */
/** @jsxImportSource react */
/** @jsxImportSourceTypes @types/react */
import { type ReactNode, useEffect } from "react";
import { useDataStream, useWebSocket } from "../../../lib/client/react.ts";

/** The streaming guide's first example, as it is there. */
export function MyComponent(): ReactNode {
  const { data, connected, error } = useDataStream(
    "network_metrics",
    "ws://localhost:8080",
  );

  if (!connected) return <div>Connecting...</div>;
  if (error) return <div>Error: {error}</div>;

  return (
    <div>
      <h1>Network Strength: {data?.network_strength}%</h1>
      <p>Block Height: {data?.block_height}</p>
    </div>
  );
}

/** The streaming guide's second example, as it is there, with something to show for it. */
export function MultipleStreams(): ReactNode {
  const { state, subscribe, data } = useWebSocket({
    url: "ws://localhost:8080",
    reconnect: true,
    reconnectInterval: 3000,
  });

  useEffect(() => {
    if (state === "connected") {
      subscribe("network_metrics");
      subscribe("markets_health");
      subscribe("peers");
    }
  }, [state, subscribe]);

  const networkData = data["network_metrics"];
  const marketsData = data["markets_health"];
  const peersData = data["peers"];

  return (
    <p>
      {state} {networkData?.block_height} {marketsData?.overall_status} {peersData?.total}
    </p>
  );
}
