import { useEffect, useMemo, useRef } from "react";
import type { ToldFigures } from "../../protocol/mod.ts";
import type { ChartSpec } from "../charts/chart_options.ts";
import { LiveChart } from "../charts/live_chart.ts";
import { onColoursChange } from "../components/theme.ts";
import { History } from "../model/history.ts";
import { useReading } from "./context.ts";
import { formatWhen } from "./when.ts";

interface FigureChartProps {
  readonly label: string;
  readonly range: "1h" | "24h";
  /** Names of figures, and how they are drawn. Must not change. */
  readonly lines: ChartSpec["lines"];
  readonly format: (value: number) => string;
  readonly least: number;
}

const bounds = {
  "1h": { span: 3600, period: 10, gap: 30, every: 10_000 },
  "24h": { span: 86_400, period: 240, gap: 720, every: 240_000 },
} as const;

/** A chart of figures that the gateway wrote down. */
export function FigureChart({ label, range, lines, format, least }: FigureChartProps) {
  const { every, ...limits } = bounds[range];
  const names = lines.map(({ column }) => column).join();
  const { data } = useReading<ToldFigures>(
    `admin/history?metric=${names}&range=${range}`,
    every,
  );
  const host = useRef<HTMLDivElement>(null);
  const readout = useRef<HTMLSpanElement>(null);
  const drawn = useRef<LiveChart>(null);
  const spec = useMemo((): ChartSpec => ({
    history: new History({ columns: names.split(","), ...limits }),
    lines,
    format,
    formatTick: format,
    top: { least },
  }), [names, range, lines, format, least]);
  useEffect(() => {
    if (host.current === null || readout.current === null) return;
    const chart = drawn.current = new LiveChart(spec, { host: host.current, readout: readout.current });
    const stop = onColoursChange(() => chart.repaint());
    return () => {
      stop();
      chart.destroy();
    };
  }, [spec]);
  useEffect(() => {
    if (data === undefined) return;
    spec.history.fill(data);
    drawn.current?.mark(data.marks);
    drawn.current?.update();
  }, [data, spec]);
  return (
    <figure className="chart" aria-label={label}>
      <div className="chart-host" ref={host} aria-hidden="true" />
      <span className="chart-readout" ref={readout} aria-hidden="true" />
      <figcaption className="chart-legend">
        {lines.map(({ column, label, colour }) => <span key={column} data-colour={colour}>{label}</span>)}
        {data?.marks.map(({ at, kind, version }) => (
          <span key={`${kind} ${at}`} data-mark={kind} title={`Version ${version}`}>
            {kind === "start" ? "started" : "drained"} {formatWhen(new Date(1000 * at).toISOString())}
          </span>
        ))}
      </figcaption>
    </figure>
  );
}
