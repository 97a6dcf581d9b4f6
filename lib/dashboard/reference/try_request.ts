import { copyButton } from "./copy_button.ts";
import { make, serverUrl } from "./elements.ts";
import { keyField } from "./keys.ts";
import type { Parameter, RequestTrial } from "./contract.ts";

/** Characters of an answer that are shown: its end, where it does not end by itself. */
const mostShown = 100_000;

interface ParameterField extends Parameter {
  readonly input: HTMLInputElement;
}

/** A form that makes a request and shows what it was answered. */
export function requestForm(trial: RequestTrial): HTMLFormElement {
  const { method, security, parameters, body } = trial;
  const key = security === null ? undefined : keyField(security);
  const fields = parameters.map((parameter): ParameterField => ({
    ...parameter,
    input: make("input", { required: parameter.required, autocomplete: "off", spellcheck: false }),
  }));
  const text = body === undefined
    ? undefined
    : make("textarea", { value: JSON.stringify(body, null, 2), rows: 8, spellcheck: false });
  const isGrave = security === "admin" && method !== "GET";
  const send = make("button", { type: "submit", textContent: `Send ${method}` });
  const stop = make("button", { type: "button", textContent: "Stop", hidden: true });
  const outcome = make("p", { role: "status", className: "outcome" });
  const answer = make("code");
  const shown = make("div", { className: "code", hidden: true }, make("pre", {}, answer), copyButton(answer));
  const form = make(
    "form",
    { className: "try" },
    make("h4", { textContent: "Try it here" }),
    ...key === undefined ? [] : [key.label],
    ...fields.map(({ name, place, text, required, input }) =>
      make("label", { title: text }, `${name}, ${place}${required ? "" : ", optional"}`, input)
    ),
    ...text === undefined ? [] : [make("label", {}, "Body", text)],
    make("div", { className: "buttons" }, send, stop),
    outcome,
    shown,
  );
  let isSure = !isGrave;
  let sending: AbortController | undefined;
  stop.addEventListener("click", () => sending?.abort());
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    if (!isSure) {
      isSure = true;
      send.textContent = `Send ${method} now: it changes this server`;
      return;
    }
    sending?.abort();
    const controller = sending = new AbortController();
    stop.hidden = false;
    answer.textContent = "";
    shown.hidden = true;
    outcome.textContent = "Sent";
    try {
      const began = performance.now();
      const response = await fetch(urlOf(trial, fields), {
        method,
        headers: [...key === undefined ? [] : [key.header()], ...headersOf(fields)],
        ...text === undefined ? {} : { body: text.value },
        // What is answered goes by what the form says, and not by who is logged in to the console.
        credentials: "omit",
        signal: controller.signal,
      });
      const took = Math.round(performance.now() - began);
      const type = response.headers.get("content-type")?.split(";")[0] ?? "no content";
      outcome.textContent = `${response.status} ${response.statusText} · ${type} · ${took} ms`;
      shown.hidden = false;
      await showAnswer(response, type, answer);
    } catch (error) {
      if (!controller.signal.aborted) outcome.textContent = `No answer: ${(error as Error).message}`;
    } finally {
      if (sending === controller) stop.hidden = true;
      isSure = !isGrave;
      send.textContent = `Send ${method}`;
    }
  });
  return form;
}

function urlOf({ path }: RequestTrial, fields: readonly ParameterField[]): string {
  const of = (place: Parameter["place"]) =>
    fields.filter((field) => field.place === place && field.input.value !== "");
  const filled = of("path").reduce(
    (path, { name, input }) => path.replace(`{${name}}`, encodeURIComponent(input.value)),
    path,
  );
  const query = new URLSearchParams(of("query").map(({ name, input }) => [name, input.value])).toString();
  return `${serverUrl()}${filled}${query === "" ? "" : `?${query}`}`;
}

function headersOf(fields: readonly ParameterField[]): [string, string][] {
  return fields.filter(({ place, input }) => place === "header" && input.value !== "")
    .map(({ name, input }) => [name, input.value]);
}

async function showAnswer(response: Response, type: string, place: HTMLElement): Promise<void> {
  if (!/json|text|xml/.test(type)) {
    const { byteLength } = await response.arrayBuffer();
    place.textContent = `${byteLength} bytes`;
    return;
  }
  let text = "";
  for await (const part of partsOf(response)) {
    text = (text + part).slice(-mostShown);
    place.textContent = text;
  }
  if (type.includes("json")) place.textContent = indented(text);
}

/** Not every browser iterates over streams. */
async function* partsOf({ body }: Response): AsyncGenerator<string> {
  const reader = body?.pipeThrough(new TextDecoderStream()).getReader();
  while (reader !== undefined) {
    const { value, done } = await reader.read();
    if (done) return;
    yield value;
  }
}

function indented(text: string): string {
  try {
    return JSON.stringify(JSON.parse(text), null, 2);
  } catch {
    // Its beginning was too long to be shown.
    return text;
  }
}
