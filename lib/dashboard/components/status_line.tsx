import { useModel, useSlice } from "./context.ts";

/** Says at a glance whether what the page shows is true now. */
export function StatusLine() {
  const { tone, title, detail, notes, announcement } = useSlice(useModel().status);
  const spoken = [announcement, ...notes.map(({ text }) => text)].join(". ");
  return (
    <div className="status" data-tone={tone}>
      <p className="status-line" aria-hidden="true">
        <span className="status-dot" />
        <strong>{title}</strong>
        <span className="status-detail" title={detail}>{detail}</span>
      </p>
      {notes.map(({ kind, text }) => (
        <span key={kind} className="badge" data-tone={kind} aria-hidden="true">{text}</span>
      ))}
      <p className="unseen" role="status" aria-live="polite">{spoken}</p>
    </div>
  );
}
