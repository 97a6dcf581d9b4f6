import { html, raw } from "hono/html";
import { type Operation, type Tag, tags } from "../http/documented.ts";
import { anchorOf } from "./page_parts.ts";
import { channelSection, tagSection } from "./page_sections.ts";
import { schemasSection, settingsSection, tablesSection } from "./page_tables.ts";
import { product } from "./product.ts";
import type { Html } from "./prose.ts";
import { kindsOf, type Reference } from "./reference.ts";
import { style } from "./style.ts";

const tagNames = Object.keys(tags) as Tag[];

/** The reference as one page that loads nothing. */
export async function page(reference: Reference): Promise<string> {
  const { operations, conversations } = reference;
  return `<!DOCTYPE html>\n${await html`
    <html lang="en">
      <meta charset="utf-8">
      <meta name="viewport" content="width=device-width, initial-scale=1">
      <title>Heliograph: protocol reference</title>
      <style>${raw(style)}</style>
      <div class="page">
    ${navigation(reference)}
    <main>
    <h1>Protocol reference</h1>
    <p class="quiet">Heliograph ${product
      .version}. For programs: <a href="/docs/openapi.json">OpenAPI 3.1</a> of the HTTP
    requests, <a href="/docs/asyncapi.json">AsyncAPI 3.0</a> of what is spoken on WebSockets and Socket.IO.</p>
    ${conversations.map(channelSection)}
    ${tagNames.map((tag) => tagSection(tag, operations.filter((each) => each.tag === tag)))}
    ${tablesSection()}
    ${settingsSection()}
    ${schemasSection(kindsOf(reference))}
    </main>
      </div>
    </html>
  `}\n`;
}

function navigation({ operations, conversations }: Reference): Html {
  const channelItems = conversations.map(({ name, title }) => html`<li><a href="#${name}">${title}</a></li>`);
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
