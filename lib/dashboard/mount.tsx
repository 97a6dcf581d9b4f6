import { createRoot } from "react-dom/client";
import { type Clock, systemClock } from "../protocol/clock.ts";
import { ModelContext } from "./components/context.ts";
import { Dashboard } from "./components/dashboard.tsx";
import { applyTheme, rememberedTheme } from "./components/theme.ts";
import { DashboardModel, type LoadPast } from "./model/dashboard_model.ts";
import type { Streams } from "./model/streams.ts";
import { PageMarks } from "./page_marks.ts";

/** What a dashboard shows. */
interface DashboardParts {
  readonly streams: Streams;
  readonly loadPast: LoadPast;
  readonly clock?: Clock;
}

/** Shows the dashboard in an element; the function that it returns takes it away again. */
export function mountDashboard(
  host: HTMLElement,
  { streams, loadPast, clock = systemClock }: DashboardParts,
): () => void {
  applyTheme(rememberedTheme());
  const requestFrame = (task: () => void) => void requestAnimationFrame(task);
  const model = new DashboardModel({ streams, loadPast, clock, requestFrame });
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
