import { useEffect, useRef } from "react";
import { LiveChart } from "../charts/live_chart.ts";
import type { ChartSpec } from "../charts/chart_options.ts";
import { unknown } from "../model/format.ts";
import type { Slice } from "../model/slice.ts";
import type { ShownStream } from "../model/streams.ts";
import { useModel, useSlice } from "./context.ts";
import { onColoursChange } from "./theme.ts";

/** What a {@link Chart} shows. */
interface ChartProps {
  /** Of what; part of the text that stands for the picture. */
  readonly title: string;
  /** Must not change. */
  readonly spec: ChartSpec;
  /** Changes when the history has. */
  readonly slice: Slice<unknown>;
  /** Whose health it shows in its colours. */
  readonly stream: ShownStream;
}

/** A chart that is drawn apart from React, with its current values and their range in words. */
export function Chart({ title, spec, slice, stream }: ChartProps) {
  const { health, past } = useModel();
  const { state } = useSlice(health[stream]);
  const drawn = useRef<LiveChart>(null);
  const host = useRef<HTMLDivElement>(null);
  const readout = useRef<HTMLSpanElement>(null);
  useEffect(() => {
    if (host.current === null || readout.current === null) return;
    const chart = new LiveChart(spec, { host: host.current, readout: readout.current });
    drawn.current = chart;
    const stops = [slice, past].map((slice) => slice.subscribe(() => chart.update()));
    stops.push(onColoursChange(() => chart.repaint()));
    return () => {
      for (const stop of stops) stop();
      chart.destroy();
    };
  }, [spec, slice, past]);
  useEffect(() => drawn.current?.repaint(), [state]);
  return (
    <figure className="chart">
      <div className="chart-host" ref={host} aria-hidden="true" />
      <span className="chart-readout" ref={readout} aria-hidden="true" />
      <ChartText title={title} spec={spec} slice={slice} />
    </figure>
  );
}

function ChartText({ title, spec, slice }: Omit<ChartProps, "stream">) {
  useSlice(slice);
  useSlice(useModel().past);
  return <figcaption className="unseen">{describeChart(title, spec)}</figcaption>;
}

function describeChart(title: string, { history, lines, format }: ChartSpec): string {
  const parts = lines.map(({ column, label }) => {
    const range = history.range(column);
    const now = history.column(column).at(-1) ?? undefined;
    if (range === undefined) return `${label} ${unknown}`;
    const current = now === undefined ? unknown : format(now);
    return `${label} ${current} now, between ${format(range.low)} and ${format(range.high)}`;
  });
  return `Chart of ${title}: ${parts.join("; ")}`;
}
