import type { ComponentType } from "react";
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

interface Page {
  readonly title: string;
  /** Of an icon, 24 units wide. */
  readonly icon: string;
  readonly Content: ComponentType;
}

/** Every page, by its name in links. */
export const pages: Readonly<Record<string, Page>> = {
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
