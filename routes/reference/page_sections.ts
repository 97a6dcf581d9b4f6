import { html } from "hono/html";
import type { Parameter, RequestTrial, Trial } from "../../lib/dashboard/reference/contract.ts";
import type { Conversation, Json, MessageEntry } from "../../lib/protocol/mod.ts";
import { type Operation, type Tag, tags } from "../http/documented.ts";
import { inlineSchema, isRequired } from "./components.ts";
import {
  anchorOf,
  entryView,
  exampleView,
  jsonView,
  messageAnchor,
  samplesView,
  tableOf,
} from "./page_parts.ts";
import { type Html, prose } from "./prose.ts";
import { messageSamples } from "./samples/message_samples.ts";
import { requestSamples } from "./samples/request_samples.ts";
import { linkTo } from "./schema_view.ts";

/** What is spoken on one path. */
export function channelSection(conversation: Conversation): Html {
  const { name, path, title, description, messages } = conversation;
  return html`<section aria-labelledby="${name}"><h2 id="${name}">${title} <code>${path}</code></h2>
<p>${prose(description)}</p>${
    Object.entries(messages).map(([key, message]) => messageView(conversation, key, message))
  }</section>`;
}

function messageView(conversation: Conversation, name: string, message: MessageEntry): Html {
  const { from, summary, kind, example = kind.example, answers = [] } = message;
  const { name: channel, path, title } = conversation;
  const id = messageAnchor(channel, name);
  const answered = answers.map((answer, index) =>
    html`${index === 0 ? "" : ", "}<a href="#${messageAnchor(channel, answer)}">${answer}</a>`
  );
  return entryView({
    id,
    title: `${name} · ${title}`,
    head: html`<span class="method ${from}">${from === "client" ? "SEND" : "RECEIVE"}</span>
<h3><code>${name}</code></h3> <span class="gist">${prose(summary)}</span>`,
    body: html`<p>From the ${from}. ${prose(summary)}.${
      answered.length === 0 ? "" : html`
        Answered by ${answered}.
      `
    }</p>
<h4>Message: ${linkTo(kind.name)}</h4>
${jsonView(example)}
${samplesView(id, messageSamples(conversation, name))}
${isTriable(conversation, message) ? tryView({ socket: path, body: example }) : ""}`,
  });
}

/** Socket.IO is more than a WebSocket. */
function isTriable({ path }: Conversation, { from }: MessageEntry): boolean {
  return from === "client" && path.startsWith("/ws");
}

/** The requests of one chapter; `served` are those that this port takes. */
export function tagSection(tag: Tag, own: readonly Operation[], served: ReadonlySet<string>): Html {
  return html`
    <section
      aria-labelledby="${tag}"><h2 id="${tag}">${tag}</h2><p class="quiet">${tags[tag]}.</p>${own.map((
        operation,
      ) => operationView(operation, served.has(anchorOf(operation))))}</section>
  `;
}

const keys = { admin: "admin token", apiKey: "API key" } as const;

function operationView(operation: Operation, isServed: boolean): Html {
  const { method, path, summary, description, security, body } = operation;
  const id = anchorOf(operation);
  const badge = security === undefined ? "" : html`
    <span class="badge">${keys[security]}</span>
  `;
  return entryView({
    id,
    title: `${method.toUpperCase()} ${path} · ${summary}`,
    head: html`<span class="method ${method}">${method.toUpperCase()}</span>
<h3><code>${path}</code></h3> <span class="gist">${prose(summary)}${badge}</span>`,
    body: html`<p>${prose(`${summary}. ${description ?? ""}`)}</p>
${parametersView(operation)}
${
      body === undefined
        ? ""
        : html`<h4>Body${body.optional ? ", optional" : ""}: ${linkTo(body.kind.name)}</h4>
${jsonView(body.example ?? body.kind.example)}`
    }
${answersView(operation)}
${samplesView(id, requestSamples(operation))}
${isServed ? tryView(trialOf(operation)) : html`<p class="quiet">Served on the operators' port.</p>`}`,
  });
}

/** Where the page's script puts what makes the request against this server. */
function tryView(trial: Trial): Html {
  return html`<div data-try="${JSON.stringify(trial)}"></div>`;
}

function trialOf(operation: Operation): RequestTrial {
  const { method, path, security, body } = operation;
  return {
    method: method.toUpperCase(),
    path,
    security: security ?? null,
    parameters: parametersOf(operation),
    ...body === undefined ? {} : { body: body.example ?? body.kind.example },
  };
}

function parametersOf({ parameters = {}, query, headers }: Operation): Parameter[] {
  const members = (place: "query" | "header", shape: NonNullable<typeof query>["shape"]) =>
    Object.entries(shape).map(([name, schema]) => ({
      name,
      place,
      text: typeText(schema),
      required: isRequired(schema),
    }));
  return [
    ...Object.entries(parameters).map(([name, text]) => ({
      name,
      place: "path" as const,
      text,
      required: true,
    })),
    ...members("query", query?.shape ?? {}),
    ...members("header", headers?.shape ?? {}),
  ];
}

function parametersView(operation: Operation): Html {
  const rows = parametersOf(operation).map(({ name, place, text, required }) =>
    html`
      <tr>
        <td><code>${name}</code></td>
        <td>${place}${required ? "" : html`
          <span class="badge">optional</span>
        `}</td>
        <td>${prose(text)}</td>
      </tr>
    `
  );
  return rows.length === 0 ? html`` : tableOf(["Parameter", "In", "Meaning"], rows);
}

function typeText(schema: Parameters<typeof inlineSchema>[0]): string {
  const { description, pattern, enum: words } = inlineSchema(schema) as Readonly<Record<string, Json>>;
  if (typeof description === "string") return description;
  if (Array.isArray(words)) return words.map((word) => `\`${word}\``).join(", ");
  return typeof pattern === "string" ? `\`${pattern}\`` : "text";
}

function answersView({ answers }: Operation): Html {
  const rows = Object.entries(answers).map(([status, { description, kind, type }]) =>
    html`
      <tr>
        <td><code>${status}</code></td>
        <td>${prose(description)}</td>
        <td>${kind === undefined ? type ?? "nothing" : linkTo(kind.name)}</td>
      </tr>
    `
  );
  const first = Object.values(answers)[0];
  const example = first?.example ?? first?.kind?.example;
  return html`${tableOf(["Answer", "Meaning", "Content"], rows)}${
    example === undefined ? "" : exampleView("Example of the answer", example)
  }`;
}
