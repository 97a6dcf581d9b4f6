import type { GatewayActivity } from "../../protocol/streams.ts";
import { ThemeButton } from "../components/theme_button.tsx";
import { refusesMost, summarizeRefusals } from "../model/refusals.ts";
import { useAlerts } from "./alerts.ts";
import { useActivity, useConnected, useConsole } from "./context.ts";
import { Lock } from "./lock.tsx";
import { linkTo } from "./place.ts";
import { Search } from "./search.tsx";
import { ServerPicker } from "./server_picker.tsx";

/** Above every page: how things are, and what can be done everywhere. */
export function TopBar({ title }: { readonly title: string }) {
  const { api } = useConsole();
  return (
    <header className="console-top">
      <h1>{title}</h1>
      <GatewayStatus />
      <FiringAlerts />
      <ServerPicker />
      <Search />
      <Lock />
      <ThemeButton />
      <button type="button" className="button" onClick={() => void api.logout().catch(() => {})}>
        Log out
      </button>
    </header>
  );
}

function GatewayStatus() {
  const connected = useConnected();
  const activity = useActivity();
  const { tone, text } = describe(connected, activity);
  return (
    <p className="status" data-tone={tone} role="status">
      <span className="status-line">
        <span className="status-dot" aria-hidden="true" />
        <strong>{text}</strong>
      </span>
    </p>
  );
}

/** How many alerts fire; nothing while none does. */
function FiringAlerts() {
  const { data } = useAlerts();
  const firing = data?.alerts.filter(({ state }) => state === "firing") ?? [];
  if (firing.length === 0) return null;
  const isCritical = firing.some(({ severity }) => severity === "critical");
  return (
    <a
      className="firing"
      data-severity={isCritical ? "critical" : "warning"}
      href={linkTo("alerts")}
      title={firing.map(({ summary }) => summary).join("\n")}
    >
      {firing.length === 1 ? "1 alert" : `${firing.length} alerts`}
    </a>
  );
}

function describe(connected: boolean, activity: GatewayActivity | undefined) {
  if (!connected) return { tone: "broken", text: "Reconnecting" };
  if (activity === undefined) return { tone: "waiting", text: "Connected" };
  if (activity.status === "offline") return { tone: "broken", text: "The store cannot commit" };
  if (activity.status === "draining") return { tone: "troubled", text: "Draining" };
  const refusals = summarizeRefusals(activity);
  if (refusesMost(refusals)) {
    return { tone: "troubled", text: `Predictions are refused: ${refusals.reasons[0]?.reason}` };
  }
  return { tone: "live", text: "Online" };
}
