import { StreamClient } from "../client/stream_client.ts";
import type { LoadPast } from "./model/dashboard_model.ts";
import { mountDashboard } from "./mount.tsx";

const host = document.getElementById("dashboard");
if (host === null) throw new TypeError(`Cannot show the dashboard: the page has no element "dashboard"`);
// Relative to the page, which a proxy may serve below a path of its own.
const { href: url } = new URL("ws/stream", document.baseURI);
// Whoever looks wants to see it back within seconds.
const maxReconnectInterval = 8000;
mountDashboard(host, { streams: new StreamClient({ url, format: "batch", maxReconnectInterval }), loadPast });

async function loadPast(...[stream, range]: Parameters<LoadPast>): ReturnType<LoadPast> {
  const answer = await fetch(new URL(`api/v1/streams/${stream}/history?range=${range}`, document.baseURI));
  return answer.ok ? await answer.json() : undefined;
}
