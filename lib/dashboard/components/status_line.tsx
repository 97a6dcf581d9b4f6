import { useModel, useSlice } from "./context.ts";

/** Says at a glance whether what the page shows is true now. */
export function StatusLine() {
  const model = useModel();
  const { tone, title, detail, notes, announcement, canRetry } = useSlice(model.status);
  const spoken = [announcement, ...notes.map(({ text }) => text)].join(". ");
  return (
    <div className="status" data-tone={tone}>
      <p className="status-line" aria-hidden="true">
        <span className="status-dot" />
        <strong>{title}</strong>
        <span className="status-detail" title={detail}>{detail}</span>
      </p>
      {canRetry && <button type="button" className="button" onClick={() => model.retry()}>Retry now</button>}
      {notes.map(({ kind, text }) => (
        <span key={kind} className="badge" data-tone={kind} aria-hidden="true">{text}</span>
      ))}
      <p className="unseen" role="status" aria-live="polite">{spoken}</p>
    </div>
  );
}
