import type { Json } from "../../lib/protocol/mod.ts";
import { html } from "hono/html";
import { tableOf } from "./page_parts.ts";
import { type Html, joined, prose } from "./prose.ts";

type Members = { readonly [key: string]: Json };

const prefix = "#/components/schemas/";

/** A schema as a table of its fields, or as its type where it has none. */
export function schemaView(schema: Json): Html {
  const members = asMembers(schema);
  const properties = asMembers(members["properties"]);
  const required = new Set(asList(members["required"]));
  const rows = Object.entries(properties).map(([name, member]) => {
    const optional = required.has(name) ? html`` : html`<span class="badge">optional</span>`;
    return html`
      <tr>
        <td><code>${name}</code>${optional}</td>
        <td>${typeOf(member)}</td>
        <td>${notes(member)}</td>
      </tr>
    `;
  });
  if (rows.length === 0) return html`<p>${typeOf(schema)}</p>`;
  return tableOf(["Field", "Type", "Meaning"], rows);
}

/** A type in few words, with links to the schemas that it names. */
function typeOf(schema: Json): Html {
  const members = asMembers(schema);
  const { $ref, anyOf, oneOf, type, items, enum: words, additionalProperties } = members;
  if (typeof $ref === "string") return linkTo($ref.slice(prefix.length));
  const options = asList(anyOf ?? oneOf);
  if (options.length > 0) return joined(options.map(typeOf), " or ");
  if ("const" in members) return html`<code>${JSON.stringify(members["const"])}</code>`;
  if (Array.isArray(words)) {
    return joined(words.map((word) => html`<code>${JSON.stringify(word)}</code>`), ", ");
  }
  if (type === "array") return html`list of ${typeOf(items ?? {})}`;
  if (type === "object" && "properties" in members) return objectType(members);
  if (type === "object" && additionalProperties !== undefined) return html`object`;
  return html`${Array.isArray(type) ? type.join(" or ") : String(type ?? "anything")}`;
}

/** A link to a named schema. */
export function linkTo(name: string): Html {
  return html`<a href="#schema-${name}">${name}</a>`;
}

function objectType({ properties }: Members): Html {
  const fields = Object.entries(asMembers(properties)).map(([name, member]) =>
    html`<code>${name}</code> ${typeOf(member)}`
  );
  return html`{ ${joined(fields, ", ")} }`;
}

function notes(schema: Json): Html {
  const { description, default: fallback, minimum, maximum, maxLength } = asMembers(schema);
  const bounds = [
    minimum === undefined ? "" : `from ${minimum}`,
    maximum === undefined ? "" : `to ${maximum}`,
    maxLength === undefined ? "" : `up to ${maxLength} characters`,
    fallback === undefined ? "" : `default \`${JSON.stringify(fallback)}\``,
  ].filter((text) => text !== "");
  return prose([description ?? "", ...bounds].filter((text) => text !== "").join("; "));
}

/** The members of an object; none of anything else. */
function asMembers(value: Json | undefined): Members {
  const isObject = typeof value === "object" && value !== null && !Array.isArray(value);
  return isObject ? value as Members : {};
}

/** The items of a list; none of anything else. */
function asList(value: Json | undefined): readonly Json[] {
  return Array.isArray(value) ? value : [];
}
