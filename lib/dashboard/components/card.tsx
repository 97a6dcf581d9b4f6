import { type ReactNode, useId } from "react";
import type { ShownStream } from "../model/streams.ts";
import { useModel, useSlice } from "./context.ts";

/** What a {@link Card} shows. */
export interface CardProps {
  readonly title: string;
  readonly area: string;
  readonly stream: ShownStream;
  /** Beside the title. */
  readonly aside?: ReactNode;
  readonly children: ReactNode;
}

/** A titled part of the page, which says so when its stream is stale. */
export function Card({ title, area, stream, aside, children }: CardProps) {
  const id = useId();
  const { state, reason, age } = useSlice(useModel().health[stream]);
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
