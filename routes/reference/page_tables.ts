import { describeSettings } from "../../lib/config/mod.ts";
import type { Kind } from "../../lib/protocol/mod.ts";
import { componentSchemas } from "./components.ts";
import { html } from "hono/html";
import { type Html, prose } from "./prose.ts";
import { tableOf } from "./page_parts.ts";
import { schemaView } from "./schema_view.ts";
import { closeTable, errorTable, streamTable } from "./tables.ts";

/** Error codes, close codes and streams. */
export function tablesSection(): Html {
  const errors = errorTable.map(({ code, message, status, close, temporary }) =>
    html`
      <tr>
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
  return html`<section><h2 id="errors">Errors and closes</h2>
<p class="quiet">A message begins with the words given; a reason may follow a colon.</p>
${tableOf(["Code", "Message", "HTTP", "Close", "Later?"], errors)}
${tableOf(["Close code", "Reason", "Come back?"], closes)}
<h3>Streams</h3>${tableOf(["Stream", "Every"], streams)}</section>`;
}

/** All settings of the gateway. */
export function settingsSection(): Html {
  const rows = describeSettings().map(({ name, default: fallback, doc }) =>
    html`
      <tr>
        <td><code>${name}</code></td>
        <td>${fallback}</td>
        <td>${prose(doc)}</td>
      </tr>
    `
  );
  return html`<section><h2 id="settings">Settings</h2>
<p class="quiet">As a flag, a variable or a key in a file: <code>heliograph config example</code> prints them all.</p>
${tableOf(["Setting", "Default", ""], rows)}</section>`;
}

/** All schemas, each with its fields. */
export function schemasSection(kinds: Iterable<Kind>): Html {
  const all = Object.entries(componentSchemas("draft-2020-12", kinds)).map(([name, schema]) =>
    html`<h3 id="schema-${name}">${name}</h3>${schemaView(schema)}`
  );
  return html`<section><h2 id="schemas">Schemas</h2>
<p class="quiet">Fields that are not named may be added.</p>${all}</section>`;
}
