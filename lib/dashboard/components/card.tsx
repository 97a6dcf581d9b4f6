import { type ReactNode, useId } from "react";
import type { StreamHealth } from "../model/stream_health.ts";
import type { ShownStream } from "../model/streams.ts";
import { useModel, useSlice } from "./context.ts";

/** What a {@link Panel} shows. */
interface PanelProps {
  readonly title: string;
  readonly area: string;
  readonly health: StreamHealth;
  /** Beside the title. */
  readonly aside?: ReactNode;
  readonly children: ReactNode;
}

/** What a {@link Card} shows. */
interface CardProps extends Omit<PanelProps, "health"> {
  readonly stream: ShownStream;
}

/** A titled part of the page, which says so when its stream is stale. */
export function Card({ stream, ...shown }: CardProps) {
  return <Panel {...shown} health={useSlice(useModel().health[stream])} />;
}

/** The same for what is no stream of the page. */
export function Panel({ title, area, health: { state, reason, age }, aside, children }: PanelProps) {
  const id = useId();
  return (
    <section className="card" data-area={area} data-health={state} aria-labelledby={id}>
      <header className="card-head">
        <h2 id={id}>{title}</h2>
        {state === "stale" && (
          <span className="badge" data-tone="stale" title={reason}>
            {age === "" ? "Stale" : `Stale · ${age}`}
          </span>
        )}
        {aside !== undefined && <div className="card-aside">{aside}</div>}
      </header>
      {children}
    </section>
  );
}
