import type { Figure } from "../model/format.ts";

/** A number with its unit set smaller. */
export function Measure({ value, unit }: Figure) {
  return (
    <span className="number">
      {value}
      {unit !== "" && <span className="unit">{`\u00a0${unit}`}</span>}
    </span>
  );
}
