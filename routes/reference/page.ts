import { Html, html } from "./html.ts";
import { channels } from "./messages/mod.ts";
import { type Operation, operations, type Tag, tags } from "./operations/mod.ts";
import { anchorOf } from "./page_parts.ts";
import { channelSection, tagSection } from "./page_sections.ts";
import { schemasSection, settingsSection, tablesSection } from "./page_tables.ts";
import { product } from "./product.ts";
import { style } from "./style.ts";

const tagNames = Object.keys(tags) as Tag[];

/** The reference as one page that loads nothing. */
export function page(): string {
  return `<!DOCTYPE html>\n${html`
    <html lang="en">
      <meta charset="utf-8">
      <meta name="viewport" content="width=device-width, initial-scale=1">
      <title>Heliograph: protocol reference</title>
      <style>${new Html(style)}</style>
      <div class="page">
    ${navigation()}
    <main>
    <h1>Protocol reference</h1>
    <p class="quiet">Heliograph ${product
      .version}. For programs: <a href="/docs/openapi.json">OpenAPI 3.1</a> of the HTTP
    requests, <a href="/docs/asyncapi.json">AsyncAPI 3.0</a> of what is spoken on WebSockets and Socket.IO.</p>
    ${channels.map(channelSection)}
    ${tagNames.map(tagSection)}
    ${tablesSection()}
    ${settingsSection()}
    ${schemasSection()}
    </main>
      </div>
    </html>
  `}\n`;
}

function navigation(): Html {
  const channelItems = channels.map(({ name, title }) => html`<li><a href="#${name}">${title}</a></li>`);
  const groups = tagNames.map((tag) =>
    html`<strong><a href="#${tag}">${tag}</a></strong><ul>${
      operations.filter((operation) => operation.tag === tag).map(navigationItem)
    }</ul>`
  );
  return html`<nav aria-label="Contents"><a href="/"><strong>Heliograph</strong></a>
<strong>Connections</strong><ul>${channelItems}</ul>${groups}
<strong><a href="#errors">Errors and closes</a></strong><strong><a href="#settings">Settings</a></strong>
<strong><a href="#schemas">Schemas</a></strong></nav>`;
}

function navigationItem(operation: Operation): Html {
  return html`<li><a href="#${anchorOf(operation)}">${operation.summary}</a></li>`;
}
