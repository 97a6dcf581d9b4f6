import type { z } from "zod";
import type { Json } from "../../../lib/protocol/mod.ts";
import type { Operation } from "../../http/documented.ts";
import { Code, inPython, inShell, inTypeScript, type Writable } from "./literals.ts";
import { inlineSchema, isRequired } from "../components.ts";
import { connectionSamples } from "./message_samples.ts";
import { type Samples, sampleUrl } from "./samples.ts";
import { isSigned, signingInPython, signingInTypeScript, unsigned } from "./signing.ts";

/** What a request needs, however it is made. */
interface Request {
  readonly method: string;
  readonly url: string;
  /** Their values may name variables of the environment, as a shell does. */
  readonly headers: readonly (readonly [name: string, value: string])[];
  readonly body: Json | undefined;
  readonly answer: "json" | "text" | "bytes" | "events";
}

const secrets = {
  admin: ["authorization", "Bearer $HELIOGRAPH_ADMIN_TOKEN"],
  apiKey: ["x-api-key", "$HELIOGRAPH_API_KEY"],
} as const;

/** A request in curl, TypeScript and Python. */
export function requestSamples(operation: Operation): Samples {
  if (101 in operation.answers && operation.query === undefined) return connectionSamples(operation.path);
  const request = requestOf(operation);
  return { curl: inCurl(request), typescript: inFetch(request), python: inUrllib(request) };
}

function requestOf(operation: Operation): Request {
  const { method, path, query, headers, security, body, answers } = operation;
  const filled = path.replaceAll(/\{(\w+)\}/g, (_, name: string) => placeholder(name));
  const asked = requiredOf(query).map(([name, value]) => `${name}=${value}`).join("&");
  return {
    method: method.toUpperCase(),
    url: sampleUrl(`${filled}${asked === "" ? "" : `?${asked}`}`),
    headers: [
      ...security === undefined ? [] : [secrets[security]],
      ...requiredOf(headers),
    ],
    body: body === undefined ? undefined : body.example ?? body.kind.example,
    answer: answerOf(Object.values(answers)[0]?.type),
  };
}

function answerOf(type = "application/json"): Request["answer"] {
  if (type === "text/event-stream") return "events";
  if (type.startsWith("application/json")) return "json";
  return type.startsWith("text/") ? "text" : "bytes";
}

/** What a request cannot leave out, each with a value that it may have. */
function requiredOf(object: z.ZodObject | undefined): (readonly [name: string, value: string])[] {
  return Object.entries(object?.shape ?? {})
    .filter(([, schema]: [string, z.ZodType]) => isRequired(schema))
    .map(([name, schema]: [string, z.ZodType]) => {
      const { enum: words } = inlineSchema(schema) as { readonly [key: string]: Json };
      return [name, Array.isArray(words) ? String(words[0]) : placeholder(name)];
    });
}

function placeholder(name: string): string {
  return name.replaceAll(/([a-z])([A-Z])/g, "$1_$2").replaceAll(/\W/g, "_").toUpperCase();
}

function inCurl({ method, url, headers, body, answer }: Request): string {
  const usual = body === undefined ? "GET" : "POST";
  const parts = [
    `curl${answer === "events" ? " -N" : ""}${method === usual ? "" : ` -X ${method}`} ${inShell(url)}`,
    ...headers.map(([name, value]) => `-H "${name}: ${value}"`),
    ...body === undefined ? [] : [bodyOfCurl(body)],
    ...answer === "bytes" ? ["-o answer"] : [],
  ];
  return parts.join(" \\\n  ");
}

function bodyOfCurl(body: Json): string {
  // A shell cannot sign.
  return isSigned(body) ? "-d @signed.json" : `-d ${inShell(JSON.stringify(body))}`;
}

const readInTypeScript: Readonly<Record<Request["answer"], string>> = {
  json: "console.log(answer.status, await answer.json());",
  text: "console.log(answer.status, await answer.text());",
  bytes: "console.log(answer.status, await answer.arrayBuffer());",
  events:
    "for await (const text of answer.body?.pipeThrough(new TextDecoderStream()) ?? []) {\n  console.log(text);\n}",
};

function inFetch({ method, url, headers, body, answer }: Request): string {
  const signed = body !== undefined && isSigned(body);
  const named: Record<string, Writable> = Object.fromEntries(headers.map(([name, value]) => [
    name,
    value.includes("$")
      ? new Code(`\`${value.replaceAll(/\$(\w+)/g, (_, variable) => `\${process.env.${variable}}`)}\``)
      : value,
  ]));
  const init: Record<string, Writable> = {
    ...method === "GET" ? {} : { method },
    ...headers.length === 0 ? {} : { headers: named },
    ...body === undefined ? {} : {
      body: new Code(
        signed
          ? `sign(${inTypeScript(unsigned(body, "key.address"), 2)})`
          : `JSON.stringify(${inTypeScript(body, 2)})`,
      ),
    },
  };
  const options = Object.keys(init).length === 0 ? "" : `, ${inTypeScript(init)}`;
  const imports = headers.some(([, value]) => value.includes("$"))
    ? `import process from "node:process";\n\n`
    : "";
  return `${imports}${signed ? `${signingInTypeScript}\n` : ""}\
const answer = await fetch(${JSON.stringify(url)}${options});\n${readInTypeScript[answer]}`;
}

const readInPython: Readonly<Record<Request["answer"], string>> = {
  json: "print(answer.status, json.load(answer))",
  text: "print(answer.status, answer.read().decode())",
  bytes: "print(answer.status, len(answer.read()))",
  events: `for line in answer:\n        print(line.decode(), end="")`,
};

function inUrllib({ method, url, headers, body, answer }: Request): string {
  const signed = body !== undefined && isSigned(body);
  const readsEnvironment = headers.some(([, value]) => value.includes("$"));
  const named: Record<string, Writable> = Object.fromEntries(headers.map(([name, value]) => [
    name,
    value.includes("$")
      ? new Code(`f"${value.replaceAll(/\$(\w+)/g, (_, variable) => `{os.environ['${variable}']}`)}"`)
      : value,
  ]));
  const options = [
    ...method === "GET" ? [] : [`method=${JSON.stringify(method)}`],
    ...headers.length === 0 ? [] : [`headers=${inPython(named, 4)}`],
    ...body === undefined ? [] : [
      signed
        ? `data=sign(${inPython(unsigned(body, "key.ss58_address"), 4)}).encode()`
        : `data=json.dumps(${inPython(body, 4)}).encode()`,
    ],
  ];
  const modules = [
    ...body !== undefined || answer === "json" ? ["json"] : [],
    ...readsEnvironment ? ["os"] : [],
  ];
  const imports = signed ? signingInPython(...modules) : modules.map((name) => `import ${name}\n`).join("");
  const made = options.length === 0
    ? `request = Request(${JSON.stringify(url)})`
    : `request = Request(\n    ${[JSON.stringify(url), ...options].join(",\n    ")},\n)`;
  return `${imports}from urllib.request import Request, urlopen

${made}
with urlopen(request) as answer:
    ${readInPython[answer]}`;
}
