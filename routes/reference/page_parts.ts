import { html } from "hono/html";
import type { Json } from "../../lib/protocol/mod.ts";
import type { Operation } from "../http/documented.ts";
import type { Html } from "./prose.ts";
import type { Samples } from "./samples/samples.ts";

/** Where on the page a request is. */
export function anchorOf({ method, path }: Operation): string {
  return `${method}${path.replaceAll(/[^\w.-]+/g, "-")}`;
}

/** Where a message of a conversation is. */
export function messageAnchor(conversation: string, name: string): string {
  return `${conversation}.${name}`;
}

/** What opens on demand, by a click or by a link to it; the search finds it by `title` and by what is in it. */
interface Entry {
  readonly id: string;
  readonly title: string;
  readonly head: Html;
  readonly body: Html;
}

/** An entry of a chapter. */
export function entryView({ id, title, head, body }: Entry): Html {
  return html`
    <details class="entry" data-entry="${id}" data-title="${title}">
      <summary>${head}</summary>
      <div class="inside" id="${id}">${body}</div>
    </details>
  `;
}

/** JSON as it travels, indented. */
export function jsonView(value: Json): Html {
  return codeView(JSON.stringify(value, null, 2));
}

/** Lines of code. */
function codeView(code: string): Html {
  return html`<pre><code>${code}</code></pre>`;
}

/** An example that opens on demand. */
export function exampleView(label: string, example: Json): Html {
  return html`<details class="example"><summary>${label}</summary>${jsonView(example)}</details>`;
}

const languages: Readonly<Record<keyof Samples, string>> = {
  curl: "Terminal",
  typescript: "TypeScript",
  python: "Python",
};

/** The same in three languages, one at a time. `id` is that of the entry. */
export function samplesView(id: string, samples: Samples): Html {
  const choices = Object.entries(languages).map(([language, title]) =>
    html`
      <label><input type="radio" name="language of ${id}" value="${language}"${language === "curl"
        ? html`
          checked
        `
        : ""}>${title}</label>
    `
  );
  const codes = Object.entries(samples).map(([language, code]) =>
    html`
      <div data-language="${language}">${codeView(code)}</div>
    `
  );
  return html`<div class="samples"><fieldset><legend>Example</legend>${choices}</fieldset>${codes}</div>`;
}

/** A table, for which there is room only where it has rows. */
export function tableOf(heads: readonly [string, ...string[]], rows: readonly Html[]): Html {
  return html`
    <table>
      <thead>
        <tr>${heads.map((head) => html`<th scope="col">${head}</th>`)}</tr>
      </thead>
      <tbody>${rows}</tbody>
    </table>
  `;
}
