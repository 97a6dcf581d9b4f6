import { make } from "./elements.ts";

/** Milliseconds for which a button says what came of it. */
const shown = 2000;

/** A button that copies what an element says. */
export function copyButton(source: HTMLElement): HTMLButtonElement {
  const button = make("button", { type: "button", className: "copy", textContent: "Copy" });
  let timer: number | undefined;
  button.addEventListener("click", async () => {
    button.textContent = await copy(source) ? "Copied" : "Selected: press Ctrl+C";
    clearTimeout(timer);
    timer = setTimeout(() => button.textContent = "Copy", shown);
  });
  return button;
}

/** Browsers give the clipboard to pages over TLS and to this machine's own; elsewhere the text is selected. */
async function copy(source: HTMLElement): Promise<boolean> {
  try {
    await navigator.clipboard.writeText(source.textContent ?? "");
    return true;
  } catch {
    getSelection()?.selectAllChildren(source);
    return false;
  }
}
