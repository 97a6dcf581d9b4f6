import { mountDashboard } from "../../../lib/dashboard/mount.tsx";
import { scriptedNetwork } from "./scripted_network.ts";
import { ScriptedStreams } from "./scripted_streams.ts";

declare global {
  var scriptedStreams: ScriptedStreams;
  /** Plays steps of two seconds each, the last one now, a frame for so many of them. */
  var playSteps: (from: number, to: number, stepsAFrame: number) => Promise<void>;
}

const nextFrame = () => new Promise<void>((resolve) => requestAnimationFrame(() => resolve()));

globalThis.scriptedStreams = new ScriptedStreams();
globalThis.playSteps = async (from, to, stepsAFrame) => {
  const end = Math.floor(Date.now() / 1000);
  for (let step = from; step < to; step++) {
    const now = end - 2 * (to - 1 - step);
    const data = scriptedNetwork(step);
    scriptedStreams.send("network_metrics", data.network_metrics, now);
    scriptedStreams.send("gateway", data.gateway, now);
    scriptedStreams.send("markets_health", data.markets_health, now);
    scriptedStreams.send("receipts", data.receipts, now);
    scriptedStreams.send("peers", data.peers, now);
    if ((step - from) % stepsAFrame === stepsAFrame - 1) await nextFrame();
  }
  await nextFrame();
};

const host = document.getElementById("dashboard");
if (host === null) throw new TypeError("Cannot show the dashboard: there is no place for it");
mountDashboard(host, { streams: scriptedStreams, loadPast: () => Promise.resolve(undefined) });
