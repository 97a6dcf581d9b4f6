import { type ComponentType, type FormEvent, type ReactNode, useEffect, useRef, useState } from "react";
import type { GatewayActivity } from "../../protocol/streams.ts";
import { ThemeButton } from "../components/theme_button.tsx";
import { refusesMost, summarizeRefusals } from "../model/refusals.ts";
import { useActivity, useConnected, useConsole, useUnlocked } from "./context.ts";
import { useAlerts } from "./alerts.ts";
import { AlertsPage } from "./pages/alerts.tsx";
import { AuditPage } from "./pages/audit.tsx";
import { ConnectionsPage } from "./pages/connections.tsx";
import { GamesPage } from "./pages/games.tsx";
import { JobsPage } from "./pages/jobs.tsx";
import { MinersPage } from "./pages/miners.tsx";
import { OverviewPage } from "./pages/overview.tsx";
import { PredictionsPage } from "./pages/predictions.tsx";
import { ReceiptsPage } from "./pages/receipts.tsx";
import { ServersPage } from "./pages/servers.tsx";
import { SettingsPage } from "./pages/settings.tsx";
import { StreamsPage } from "./pages/streams.tsx";
import { linkTo, usePlace } from "./place.ts";
import { Search } from "./search.tsx";
import { useServers } from "./servers.ts";

interface Page {
  readonly title: string;
  /** Of an icon, 24 units wide. */
  readonly icon: string;
  readonly Content: ComponentType;
}

const pages: Readonly<Record<string, Page>> = {
  "": {
    title: "Overview",
    icon: "M4 13h6V4H4zM14 20h6v-9h-6zM4 20h6v-3H4zM14 7h6V4h-6z",
    Content: OverviewPage,
  },
  miners: {
    title: "Miners",
    icon:
      "M9 11a3.5 3.5 0 1 0 0-7a3.5 3.5 0 1 0 0 7ZM2.5 20c0-4 3-6 6.5-6s6.5 2 6.5 6M16 4.5a3.5 3.5 0 0 1 0 6.5M18 14c2.2.8 3.5 2.800 3.500 6",
    Content: MinersPage,
  },
  predictions: { title: "Predictions", icon: "M3 17l5-6 4 3 5-8 4 5", Content: PredictionsPage },
  connections: {
    title: "Connections",
    icon: "M5 8a3 3 0 1 0 0-6M19 22a3 3 0 1 0 0-6M12 15a3 3 0 1 0 0-6a3 3 0 1 0 0 6ZM7 7l3 3M14 14l3 3",
    Content: ConnectionsPage,
  },
  games: { title: "Games", icon: "M12 3a9 9 0 1 0 0 18a9 9 0 1 0 0-18ZM12 3v18M3 12h18", Content: GamesPage },
  receipts: {
    title: "Receipts",
    icon: "M6 3h12v18l-3-2-3 2-3-2-3 2zM9 9.5l2 2 4-4M9 15h6",
    Content: ReceiptsPage,
  },
  jobs: {
    title: "Jobs and keys",
    icon: "M12 3l8 4v10l-8 4-8-4V7zM4 7l8 4 8-4M12 11v10",
    Content: JobsPage,
  },
  streams: {
    title: "Streams",
    icon: "M3 8c3-4 6-4 9 0s6 4 9 0M3 16c3-4 6-4 9 0s6 4 9 0",
    Content: StreamsPage,
  },
  alerts: {
    title: "Alerts",
    icon: "M12 3a6 6 0 0 1 6 6c0 5 2 6 2 7H4c0-1 2-2 2-7a6 6 0 0 1 6-6ZM10 20h4",
    Content: AlertsPage,
  },
  servers: {
    title: "Servers",
    icon: "M4 4h16v7H4zM4 13h16v7H4zM8 7.500h.01M8 16.500h.01",
    Content: ServersPage,
  },
  audit: { title: "Audit", icon: "M6 3h9l4 4v14H6zM9 11h7M9 15h7", Content: AuditPage },
  settings: {
    title: "Settings",
    icon:
      "M4 7h10M18 7h2M4 17h2M10 17h10M16 9a2 2 0 1 0 0-4a2 2 0 1 0 0 4ZM8 19a2 2 0 1 0 0-4a2 2 0 1 0 0 4Z",
    Content: SettingsPage,
  },
};

/** Those of the bar on a phone; the others are in its menu. */
const inBar = ["", "miners", "predictions", "connections"];

/** Around every page. */
export function Shell() {
  const { page } = usePlace();
  const { title, Content } = pages[page] ?? { title: "Not found", Content: NotFound };
  useEffect(() => void (document.title = `${title} · Heliograph`), [title]);
  return (
    <div className="shell">
      <a className="skip" href="#content" onClick={focusContent}>Skip to the content</a>
      <Navigation page={page} />
      <TopBar title={title} />
      <main id="content" className="console-page" tabIndex={-1} key={page}>
        <Content />
      </main>
    </div>
  );
}

/** The hash says which page is shown, so that it cannot say where on it. */
function focusContent(event: { preventDefault(): void }): void {
  event.preventDefault();
  document.getElementById("content")?.focus();
}

function NotFound() {
  return <p className="remark">There is no such page.</p>;
}

function Navigation({ page }: { readonly page: string }) {
  const [open, setOpen] = useState(false);
  useEffect(() => setOpen(false), [page]);
  return (
    <nav
      className="console-nav"
      aria-label="Pages"
      data-open={open}
      onKeyDown={({ key, currentTarget }) => {
        if (key !== "Escape" || !open) return;
        setOpen(false);
        currentTarget.querySelector<HTMLElement>(".more")?.focus();
      }}
    >
      <a className="brand" href={linkTo("")} aria-label="Heliograph: overview">
        <Mark /> <span>Heliograph</span>
      </a>
      <ul>
        {Object.entries(pages).map(([name, { title, icon }]) => (
          <li key={name} data-in-bar={inBar.includes(name)}>
            <a href={linkTo(name)} aria-current={name === page ? "page" : undefined}>
              <svg viewBox="0 0 24 24" width="20" height="20" aria-hidden="true">
                <path d={icon} className="icon" />
              </svg>
              <span>{title}</span>
            </a>
          </li>
        ))}
        <li data-in-bar={false}>
          <a href="docs">
            <svg viewBox="0 0 24 24" width="20" height="20" aria-hidden="true">
              <path d="M8 6l-5 6 5 6M16 6l5 6-5 6" className="icon" />
            </svg>
            <span>API</span>
          </a>
        </li>
      </ul>
      <button type="button" className="more" aria-expanded={open} onClick={() => setOpen(!open)}>
        <svg viewBox="0 0 24 24" width="20" height="20" aria-hidden="true">
          <path d="M4 7h16M4 12h16M4 17h16" className="icon" />
        </svg>
        <span>More</span>
      </button>
    </nav>
  );
}

function TopBar({ title }: { readonly title: string }) {
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

/** Goes to the console of another server of the store; nothing where there is one alone. */
function ServerPicker() {
  const { data: servers = [] } = useServers();
  const { page, filters } = usePlace();
  const self = servers.find(({ self }) => self);
  if (self === undefined || servers.length < 2) return null;
  const go = (id: string) => {
    const address = servers.find((server) => server.id === id)?.console ?? null;
    if (address !== null) location.href = `${address}${linkTo(page, Object.fromEntries(filters))}`;
  };
  return (
    <label className="picker">
      <svg viewBox="0 0 24 24" width="16" height="16" aria-hidden="true">
        <path d={pages["servers"]?.icon} className="icon" />
      </svg>
      <span>Server</span>
      <select
        className="field"
        aria-label="Server"
        value={self.id}
        onChange={({ target }) => go(target.value)}
      >
        {servers.map(({ id, console, draining }) => (
          <option key={id} value={id} disabled={id !== self.id && console === null}>
            {id === self.id || !draining ? id : `${id}, draining`}
          </option>
        ))}
      </select>
    </label>
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

/** Allows actions for ten minutes. */
function Lock() {
  const { api, setSession } = useConsole();
  const unlocked = useUnlocked();
  const dialog = useRef<HTMLDialogElement>(null);
  const [problem, setProblem] = useState("");
  const submit = async (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    const form = event.currentTarget;
    try {
      setSession(await api.unlock(String(new FormData(form).get("token"))));
      form.reset();
      setProblem("");
      dialog.current?.close();
    } catch (error) {
      setProblem((error as Error).message);
    }
  };
  return (
    <>
      <button
        type="button"
        className="button"
        data-kind={unlocked ? "unlocked" : undefined}
        onClick={() => unlocked || dialog.current?.showModal()}
      >
        {unlocked ? "Actions unlocked" : "Unlock actions"}
      </button>
      <dialog ref={dialog} aria-label="Unlock actions">
        <form onSubmit={(event) => void submit(event)}>
          <h2>Unlock actions for ten minutes</h2>
          <label htmlFor="unlock-token">Admin token</label>
          <input
            id="unlock-token"
            name="token"
            className="field"
            type="password"
            autoComplete="off"
            required
          />
          <p className="problem" role="alert">{problem}</p>
          <Buttons>
            <button type="button" className="button" onClick={() => dialog.current?.close()}>Cancel</button>
            <button type="submit" className="button" data-kind="main">Unlock</button>
          </Buttons>
        </form>
      </dialog>
    </>
  );
}

function Buttons({ children }: { readonly children: ReactNode }) {
  return <div className="buttons">{children}</div>;
}

/** The sign of the product. */
export function Mark() {
  return (
    <svg className="mark" viewBox="0 0 24 24" width="24" height="24" aria-hidden="true">
      <circle cx="12" cy="12" r="4.5" />
      <path d="M12 1.5v3M12 19.5v3M1.5 12h3M19.5 12h3M4.6 4.6l2.1 2.1M17.3 17.3l2.1 2.1M4.6 19.4l2.1-2.1M17.3 6.7l2.1-2.1" />
    </svg>
  );
}
