import { html } from "hono/html";
import { describeSettings } from "../../lib/config/mod.ts";
import type { Kind } from "../../lib/protocol/mod.ts";
import { componentSchemas } from "./components.ts";
import { entryView, tableOf } from "./page_parts.ts";
import { type Html, prose } from "./prose.ts";
import { schemaView } from "./schema_view.ts";
import { closeTable, errorTable, streamTable } from "./tables.ts";

/** Error codes, close codes and streams. */
export function tablesSection(): Html {
  const errors = errorTable.map(({ code, message, status, close, temporary }) =>
    html`
      <tr data-entry="error-${code}" id="error-${code}" data-title="${code} · error">
        <td><code>${code}</code></td>
        <td>${message}</td>
        <td>${status}</td>
        <td>${close ?? "stays open"}</td>
        <td>${temporary ? "yes" : "no"}</td>
      </tr>
    `
  );
  const closes = closeTable.map(({ code, reason, reconnect }) =>
    html`
      <tr>
        <td><code>${code}</code></td>
        <td>${reason}</td>
        <td>${reconnect ? "yes" : "no"}</td>
      </tr>
    `
  );
  const streams = streamTable.map(({ name, period_ms }) =>
    html`
      <tr>
        <td><code>${name}</code></td>
        <td>${period_ms / 1000} s</td>
      </tr>
    `
  );
  return html`<section aria-labelledby="errors"><h2 id="errors">Errors and closes</h2>
<p class="quiet">A message begins with the words given; a reason may follow a colon.</p>
${tableEntry("error-codes", "Error codes", tableOf(["Code", "Message", "HTTP", "Close", "Later?"], errors))}
${tableEntry("close-codes", "Close codes", tableOf(["Close code", "Reason", "Come back?"], closes))}
${tableEntry("stream-periods", "Streams", tableOf(["Stream", "Every"], streams))}</section>`;
}

function tableEntry(id: string, title: string, body: Html): Html {
  return entryView({ id, title, head: html`<h3>${title}</h3>`, body });
}

/** All settings of the gateway. */
export function settingsSection(): Html {
  const rows = describeSettings().map(({ name, default: fallback, doc }) =>
    html`
      <tr data-entry="setting-${name}" id="setting-${name}" data-title="${name} · setting">
        <td><code>${breakable(name)}</code></td>
        <td>${fallback}</td>
        <td>${prose(doc)}</td>
      </tr>
    `
  );
  return html`<section aria-labelledby="settings"><h2 id="settings">Settings</h2>
<p class="quiet">As a flag, a variable or a key in a file: <code>heliograph config example</code> prints them all.</p>
${tableEntry("all-settings", "All settings", tableOf(["Setting", "Default", "Meaning"], rows))}</section>`;
}

/** A name that may go on in the next line where its parts meet. */
function breakable(name: string): Html {
  return html`${
    name.split(/(?<=[._])/).flatMap((part, index) => index === 0 ? [part] : [html`<wbr>`, part])
  }`;
}

/** All schemas, each with its fields. */
export function schemasSection(kinds: Iterable<Kind>): Html {
  const all = Object.entries(componentSchemas("draft-2020-12", kinds)).map(([name, schema]) =>
    entryView({
      id: `schema-${name}`,
      title: `${name} · schema`,
      head: html`<h3>${name}</h3>`,
      body: schemaView(schema),
    })
  );
  return html`
    <section aria-labelledby="schemas">
      <h2 id="schemas">Schemas</h2>
      <p class="quiet">Fields that are not named may be added.</p>
      <div class="schemas">${all}</div>
    </section>
  `;
}
