import uPlot from "uplot";
import { formatTime } from "../model/format.ts";
import { chartOptions, type ChartSpec } from "./chart_options.ts";
import { Palette } from "./palette.ts";

/** Where a chart is drawn, and where the value under the pointer is written. */
interface ChartPlace {
  readonly host: HTMLElement;
  readonly readout: HTMLElement;
}

/** A moment that a chart marks. */
interface ChartMark {
  /** Unix seconds. */
  readonly at: number;
  readonly kind: "start" | "drain";
}

/** A chart that follows its history in place. */
export class LiveChart {
  readonly #spec: ChartSpec;
  readonly #place: ChartPlace;
  readonly #palette: Palette;
  readonly #plot: uPlot;
  readonly #resizing: ResizeObserver;
  #draws = 0;
  #marks: readonly ChartMark[] = [];

  constructor(spec: ChartSpec, place: ChartPlace) {
    this.#spec = spec;
    this.#place = place;
    this.#palette = new Palette(place.host);
    const hooks = {
      draw: [(plot: uPlot) => this.#drawMarks(plot), () => this.#count()],
      setCursor: [(plot: uPlot) => this.#read(plot)],
    };
    this.#plot = new uPlot(chartOptions(spec, this.#palette, hooks), this.#data(), place.host);
    this.#resizing = new ResizeObserver(() => this.#fit());
    this.#resizing.observe(place.host);
  }

  /** The history has changed. */
  update(): void {
    this.#plot.setData(this.#data());
  }

  /** What is marked from the next update on. */
  mark(marks: readonly ChartMark[]): void {
    this.#marks = marks;
  }

  /** The theme has changed. */
  repaint(): void {
    this.#palette.forget();
    this.#plot.redraw(false);
  }

  destroy(): void {
    this.#resizing.disconnect();
    this.#plot.destroy();
  }

  #data(): uPlot.AlignedData {
    const { history, lines } = this.#spec;
    return [history.times, ...lines.map(({ column }) => history.column(column))];
  }

  #fit(): void {
    const { clientWidth: width, clientHeight: height } = this.#place.host;
    if (width > 0 && height > 0) this.#plot.setSize({ width, height });
  }

  #drawMarks(plot: uPlot): void {
    const { ctx, bbox } = plot;
    ctx.save();
    ctx.lineWidth = devicePixelRatio;
    for (const { at, kind } of this.#marks) {
      const x = Math.round(plot.valToPos(at, "x", true));
      if (x < bbox.left || x > bbox.left + bbox.width) continue;
      ctx.strokeStyle = this.#palette.colour(kind === "start" ? "label" : "alarm");
      ctx.setLineDash(kind === "start" ? [] : [4 * devicePixelRatio, 3 * devicePixelRatio]);
      ctx.beginPath();
      ctx.moveTo(x, bbox.top);
      ctx.lineTo(x, bbox.top + bbox.height);
      ctx.stroke();
    }
    ctx.restore();
    this.#place.host.dataset["marks"] = this.#marks.map(({ kind }) => kind).join(" ");
  }

  /** Tests see by this that it draws. */
  #count(): void {
    this.#place.host.dataset["draws"] = String(this.#draws += 1);
    const { min, max } = this.#plot.scales["x"] ?? {};
    this.#place.host.dataset["from"] = String(min);
    this.#place.host.dataset["to"] = String(max);
    this.#place.host.dataset["points"] = String(this.#spec.history.length);
  }

  #read({ cursor: { idx } }: uPlot): void {
    const { history, lines, format } = this.#spec;
    const time = typeof idx === "number" ? history.times[idx] : undefined;
    const values = typeof idx === "number" ? lines.map(({ column }) => history.column(column)[idx]) : [];
    const known = values.filter((value) => typeof value === "number");
    this.#place.readout.textContent = time === undefined || known.length === 0
      ? ""
      : `${formatTime(time)}  ${known.map(format).join(" / ")}`;
  }
}
