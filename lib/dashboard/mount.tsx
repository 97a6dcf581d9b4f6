import { createRoot } from "react-dom/client";
import { type Clock, systemClock } from "../protocol/clock.ts";
import { ModelContext } from "./components/context.ts";
import { Dashboard } from "./components/dashboard.tsx";
import { applyTheme, rememberedTheme } from "./components/theme.ts";
import { DashboardModel } from "./model/dashboard_model.ts";
import type { Streams } from "./model/streams.ts";
import { PageMarks } from "./page_marks.ts";

/** Shows the dashboard in an element; the function that it returns takes it away again. */
export function mountDashboard(host: HTMLElement, streams: Streams, clock: Clock = systemClock): () => void {
  applyTheme(rememberedTheme());
  const model = new DashboardModel({ streams, clock, requestFrame: (task) => requestAnimationFrame(task) });
  const root = createRoot(host);
  root.render(
    <ModelContext value={model}>
      <Dashboard />
    </ModelContext>,
  );
  const marks = new PageMarks(document);
  const unmark = model.status.subscribe(() => marks.show(model.status.value));
  const stop = model.start();
  return () => {
    stop();
    unmark();
    root.unmount();
  };
}
