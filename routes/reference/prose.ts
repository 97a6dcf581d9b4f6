import { html, raw } from "hono/html";

/** HTML, or text that is put into some. */
export type Html = ReturnType<typeof html>;

/** Text with what stands between backticks as code. */
export function prose(text: string): Html {
  return raw(String(html`${text}`).replaceAll(/`([^`]+)`/g, "<code>$1</code>"));
}

/** Parts one after the other, with a text between them. */
export function joined(parts: readonly Html[], between: string): Html {
  return html`${parts.flatMap((part, index) => index === 0 ? [part] : [between, part])}`;
}
