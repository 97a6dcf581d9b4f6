import { formatTime } from "../model/format.ts";
import type { OwnStreamValue } from "../model/own_streams.ts";
import { useModel, useSlice } from "./context.ts";
import { Panel } from "./card.tsx";

/** A card for each stream of the operator's own, with what its newest value holds. */
export function OwnStreamCards() {
  const values = useSlice(useModel().own.values);
  return values.map((value) => <OwnStreamCard key={value.name} {...value} />);
}

function OwnStreamCard({ name, fields, at, stale }: OwnStreamValue) {
  const state = stale !== undefined ? "stale" : fields === undefined ? "waiting" : "fresh";
  const aside = at === undefined ? undefined : <span className="hint">{formatTime(at)}</span>;
  return (
    <Panel title={name} area="own" health={{ state, reason: stale ?? "", age: "" }} aside={aside}>
      {fields === undefined
        ? <p className="remark">Nothing was published yet</p>
        : (
          <dl className="own" data-stream={name}>
            {fields.map(({ path, text, full }) => (
              <div key={path}>
                <dt title={path}>{path}</dt>
                <dd data-field={path} title={full}>{text}</dd>
              </div>
            ))}
          </dl>
        )}
    </Panel>
  );
}
