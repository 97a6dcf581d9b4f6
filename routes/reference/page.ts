import { html, raw } from "hono/html";
import { type Tag, tags } from "../http/documented.ts";
import { anchorOf } from "./page_parts.ts";
import { channelSection, tagSection } from "./page_sections.ts";
import { schemasSection, settingsSection, tablesSection } from "./page_tables.ts";
import { product } from "./product.ts";
import type { Html } from "./prose.ts";
import { kindsOf, type Reference } from "./reference.ts";
import { style } from "./style.ts";

const tagNames = Object.keys(tags) as Tag[];

/** The reference as one page, which is read without its script too. Its links are relative: a proxy may serve it deeper. */
export async function page(reference: Reference): Promise<string> {
  const { operations, conversations, served } = reference;
  const here = new Set(served.map(anchorOf));
  return `<!DOCTYPE html>\n${await html`
    <html lang="en" dir="ltr">
      <head>
        <meta charset="utf-8">
        <meta name="viewport" content="width=device-width, initial-scale=1">
        <meta name="color-scheme" content="light dark">
        <title>Protocol reference · Heliograph</title>
        <link rel="icon" href="docs/icon.svg" type="image/svg+xml">
        <style>${raw(style)}</style>
        <script type="module" src="docs/reference.js"></script>
      </head>
      <body>
        <a class="skip" href="#content">Skip to the content</a>
        <header>
          <strong>Heliograph</strong>
          <button type="button" popovertarget="contents">Contents</button>
        </header>
        ${navigation(reference)}
        <main id="content" tabindex="-1">
          <h1>Protocol reference</h1>
          <p class="quiet">Heliograph ${product
            .version}. For programs: <a href="docs/openapi.json">OpenAPI 3.1</a>
            of the HTTP requests, <a href="docs/asyncapi.json">AsyncAPI 3.0</a> of what is spoken on WebSockets
            and Socket.IO.</p>
          ${conversations.map(channelSection)}
          ${tagNames.map((tag) => tagSection(tag, operations.filter((each) => each.tag === tag), here))}
          ${tablesSection()}
          ${settingsSection()}
          ${schemasSection(kindsOf(reference))}
        </main>
      </body>
    </html>
  `}\n`;
}

/** On a narrow screen it is opened by the button that stands for it. */
function navigation({ operations, conversations, served }: Reference): Html {
  const pages = [["/", "./", "Dashboard"], ["/console", "console", "Console"]] as const;
  const links = pages.filter(([path]) => served.some((operation) => operation.path === path))
    .map(([, href, title]) => html`<li><a href="${href}">${title}</a></li>`);
  const messages = conversations.map(({ name, title, messages }) =>
    chapter(name, title, Object.keys(messages).length)
  );
  const requests = tagNames.map((tag) =>
    chapter(tag, tag, operations.filter((operation) => operation.tag === tag).length)
  );
  const tables = [
    chapter("errors", "Errors and closes"),
    chapter("settings", "Settings"),
    chapter("schemas", "Schemas"),
  ];
  return html`
    <nav id="contents" aria-label="Contents" popover>
      <ul class="pages">${links}</ul>
      <search id="search" hidden><label for="wanted">Search</label>
    <input id="wanted" type="search" placeholder="Path, message, setting" autocomplete="off" spellcheck="false">
    <p id="found" role="status"></p><ul id="results"></ul></search>
      <div
        id="chapters"><strong>Connections</strong><ul>${messages}</ul><strong>Requests</strong><ul>${requests}</ul>
    <strong>Tables</strong><ul>${tables}</ul></div>
    </nav>
  `;
}

function chapter(id: string, title: string, count?: number): Html {
  const number = count === undefined ? "" : html`
    <span class="quiet">${count}</span>
  `;
  return html`<li><a href="#${id}">${title}</a>${number}</li>`;
}
