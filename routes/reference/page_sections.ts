import type { Conversation, Json, MessageEntry } from "../../lib/protocol/mod.ts";
import { type Operation, type Tag, tags } from "../http/documented.ts";
import { inlineSchema } from "./components.ts";
import { html } from "hono/html";
import { type Html, prose } from "./prose.ts";
import { anchorOf, exampleView, tableOf } from "./page_parts.ts";
import { linkTo } from "./schema_view.ts";

/** What is spoken on one path. */
export function channelSection({ name, path, title, description, messages }: Conversation): Html {
  return html`<section><h2 id="${name}">${title} <span class="badge"><code>${path}</code></span></h2>
<p>${prose(description)}</p>${Object.entries(messages).map(messageView)}</section>`;
}

function messageView([name, message]: [string, MessageEntry]): Html {
  const { from, summary, kind, example = kind.example, answers = [] } = message;
  const answered = answers.length === 0
    ? html``
    : html`<span class="badge">answered by ${answers.join(", ")}</span>`;
  return html`<h3><code>${name}</code><span class="badge">from the ${from}</span>${answered}</h3>
<p>${prose(summary)}. ${linkTo(kind.name)}</p>${exampleView(example)}`;
}

/** The requests of one chapter. */
export function tagSection(tag: Tag, own: readonly Operation[]): Html {
  return html`<section><h2 id="${tag}">${tag}</h2><p class="quiet">${tags[tag]}.</p>${
    own.map(operationView)
  }</section>`;
}

function operationView(operation: Operation): Html {
  const { method, path, summary, description, security, body } = operation;
  const key = { admin: "admin token", apiKey: "API key" };
  const badge = security === undefined ? html`` : html`<span class="badge">${key[security]}</span>`;
  return html`<h3 id="${anchorOf(operation)}"><span class="method ${method}">${method.toUpperCase()}</span>
<code>${path}</code>${badge}</h3>
<p>${prose(`${summary}. ${description ?? ""}`)}</p>
${parametersView(operation)}
${
    body === undefined
      ? html``
      : html`<span class="label">Body: ${linkTo(body.kind.name)}</span>${
        exampleView(body.example ?? body.kind.example)
      }`
  }
${answersView(operation)}`;
}

function parametersView({ parameters = {}, query, headers }: Operation): Html {
  const rows = [
    ...Object.entries(parameters).map(([name, text]) => parameterRow(name, "path", text)),
    ...Object.entries(query?.shape ?? {}).map(([name, schema]) =>
      parameterRow(name, "query", typeText(schema))
    ),
    ...Object.entries(headers?.shape ?? {}).map(([name, schema]) =>
      parameterRow(name, "header", typeText(schema))
    ),
  ];
  return rows.length === 0 ? html`` : tableOf(["Parameter", "In", ""], rows);
}

function typeText(schema: Parameters<typeof inlineSchema>[0]): string {
  const { description, pattern, enum: words } = inlineSchema(schema) as Readonly<Record<string, Json>>;
  if (typeof description === "string") return description;
  if (Array.isArray(words)) return words.map((word) => `\`${word}\``).join(", ");
  return typeof pattern === "string" ? `\`${pattern}\`` : "text";
}

function parameterRow(name: string, place: string, text: string): Html {
  return html`
    <tr>
      <td><code>${name}</code></td>
      <td>${place}</td>
      <td>${prose(text)}</td>
    </tr>
  `;
}

function answersView({ answers }: Operation): Html {
  const rows = Object.entries(answers).map(([status, { description, kind, type }]) =>
    html`
      <tr>
        <td><code>${status}</code></td>
        <td>${prose(description)}</td>
        <td>${kind === undefined ? html`${type}` : linkTo(kind.name)}</td>
      </tr>
    `
  );
  const first = Object.values(answers)[0];
  const example = first?.example ?? first?.kind?.example;
  return html`${tableOf(["Answer", "", ""], rows)}${example === undefined ? html`` : exampleView(example)}`;
}
