import type { ReactNode } from "react";
import type { Figure } from "../model/format.ts";
import { Measure } from "../components/measure.tsx";

/** A number with its name. */
export function Tile({ name, title, figure, note }: {
  readonly name: string;
  readonly title: string;
  readonly figure: Figure;
  readonly note?: ReactNode;
}) {
  return (
    <div className="card console-tile">
      <dt>{title}</dt>
      <dd data-value={name}>
        <Measure {...figure} />
      </dd>
      {note !== undefined && <dd className="hint">{note}</dd>}
    </div>
  );
}

/** Names and what stands for them. */
export function Facts({ facts }: { readonly facts: readonly (readonly [name: string, value: ReactNode])[] }) {
  return (
    <dl className="facts">
      {facts.map(([name, value]) => (
        <div key={name}>
          <dt>{name}</dt>
          <dd>{value}</dd>
        </div>
      ))}
    </dl>
  );
}
