import type { Json } from "../../lib/protocol/mod.ts";
import type { Operation } from "../http/documented.ts";
import { html } from "hono/html";
import type { Html } from "./prose.ts";

/** Where on the page a request is. */
export function anchorOf({ method, path }: Operation): string {
  return `${method}${path.replaceAll(/[^\w.-]+/g, "-")}`;
}

/** An example that opens on demand. */
export function exampleView(example: Json): Html {
  return html`
    <details>
      <summary>Example</summary>
      <pre><code>${JSON.stringify(example, null, 2)}</code></pre>
    </details>
  `;
}

/** A table that scrolls by itself where it is too wide. */
export function tableOf(heads: readonly string[], rows: readonly Html[]): Html {
  return html`
    <div class="scroll">
      <table>
        <thead>
          <tr>${heads.map((head) => html`<th>${head}</th>`)}</tr>
        </thead>
        <tbody>${rows}</tbody>
      </table>
    </div>
  `;
}
