import { make, serverUrl } from "./elements.ts";
import type { SocketTrial } from "./contract.ts";

/** Messages that are shown, the newest last. */
const mostShown = 100;

/** A form that sends a message on a WebSocket and shows what comes. */
export function socketForm({ socket: path, body }: SocketTrial): HTMLFormElement {
  const text = make("textarea", { value: JSON.stringify(body, null, 2), rows: 8, spellcheck: false });
  const stop = make("button", { type: "button", textContent: "Close the connection", hidden: true });
  const outcome = make("p", { role: "status", className: "outcome" });
  const log = make("ol", { className: "frames" });
  let socket: WebSocket | undefined;
  const note = (sign: string, frame: string) => {
    log.append(make("li", {}, make("code", { textContent: `${sign} ${frame}` })));
    while (log.children.length > mostShown) log.firstElementChild?.remove();
  };
  const connect = (): WebSocket => {
    const opened = new WebSocket(`${serverUrl("ws")}${path}`);
    stop.hidden = false;
    outcome.textContent = "Connecting";
    opened.addEventListener("open", () => outcome.textContent = "Connected");
    opened.addEventListener("message", ({ data }) => note("<", String(data)));
    opened.addEventListener("close", ({ code, reason }) => {
      if (socket !== opened) return;
      socket = undefined;
      stop.hidden = true;
      outcome.textContent = `Closed: ${code}${reason === "" ? "" : ` ${reason}`}`;
    });
    return opened;
  };
  stop.addEventListener("click", () => socket?.close());
  const form = make(
    "form",
    { className: "try" },
    make("h4", { textContent: "Try it here" }),
    make("label", {}, `Message on ${path}`, text),
    make("div", { className: "buttons" }, make("button", { type: "submit", textContent: "Send" }), stop),
    outcome,
    log,
  );
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    const frame = inOneLine(text.value);
    const current = socket ??= connect();
    const send = () => {
      current.send(frame);
      note(">", frame);
    };
    if (current.readyState === WebSocket.OPEN) send();
    else current.addEventListener("open", send, { once: true });
  });
  return form;
}

function inOneLine(text: string): string {
  try {
    return JSON.stringify(JSON.parse(text));
  } catch {
    // It may be meant so: the server says what is wrong with it.
    return text;
  }
}
