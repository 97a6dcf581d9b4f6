import { inlineSchema, type Json } from "./components.ts";
import { type Html, html, prose } from "./html.ts";
import type { Channel, Message } from "./messages/mod.ts";
import { type Operation, operations, type Tag, tags } from "./operations/mod.ts";
import { anchorOf, exampleView, tableOf } from "./page_parts.ts";
import { linkTo } from "./schema_view.ts";

/** What is spoken on one path. */
export function channelSection({ name, path, title, description, messages }: Channel): Html {
  return html`<section><h2 id="${name}">${title} <span class="badge"><code>${path}</code></span></h2>
<p>${prose(description)}</p>${messages.map(messageView)}</section>`;
}

function messageView({ name, from, summary, schema, example, answers = [] }: Message): Html {
  const answered = answers.length === 0
    ? html``
    : html`<span class="badge">answered by ${answers.join(", ")}</span>`;
  return html`<h3><code>${name}</code><span class="badge">from the ${from}</span>${answered}</h3>
<p>${prose(summary)}. ${linkTo(schema)}</p>${exampleView(example)}`;
}

/** The requests of one chapter. */
export function tagSection(tag: Tag): Html {
  const own = operations.filter((operation) => operation.tag === tag);
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
      : html`<span class="label">Body: ${linkTo(body.schema)}</span>${exampleView(body.example)}`
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
  const rows = Object.entries(answers).map(([status, { description, schema, type }]) =>
    html`
      <tr>
        <td><code>${status}</code></td>
        <td>${prose(description)}</td>
        <td>${schema === undefined ? html`${type}` : linkTo(schema)}</td>
      </tr>
    `
  );
  const example = Object.values(answers)[0]?.example;
  return html`${tableOf(["Answer", "", ""], rows)}${example === undefined ? html`` : exampleView(example)}`;
}
