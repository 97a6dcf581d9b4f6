import { existing, make } from "./elements.ts";
import { type Findable, findEntries } from "./find_entries.ts";

interface Entry extends Findable {
  readonly id: string;
}

const mostShown = 40;

/** Lets the field above the contents find entries, in whose place it lists them. */
export function startSearch(): void {
  const field = existing("wanted", HTMLInputElement);
  const [found, results] = [existing("found", HTMLElement), existing("results", HTMLElement)];
  const chapters = existing("chapters", HTMLElement);
  let entries: readonly Entry[] | undefined;
  const show = () => {
    const matches = findEntries(entries ??= readEntries(), field.value);
    const searches = field.value.trim() !== "";
    chapters.hidden = searches;
    found.textContent = searches ? `${matches.length} found` : "";
    results.replaceChildren(
      ...matches.slice(0, mostShown).map(({ id, title }) =>
        make("li", {}, make("a", { href: `#${id}`, textContent: title }))
      ),
    );
  };
  field.addEventListener("input", show);
  field.addEventListener("keydown", ({ key }) => {
    const first = results.querySelector("a");
    if (key === "Enter") first?.click();
    if (key === "ArrowDown") first?.focus();
  });
  document.addEventListener("keydown", (event) => {
    if (event.key !== "/" || event.ctrlKey || event.metaKey || isWriting(event.target)) return;
    event.preventDefault();
    existing("contents", HTMLElement).matches(":popover-open") || showContents();
    field.focus();
  });
  existing("search", HTMLElement).hidden = false;
  // A browser may have kept what was typed before a reload.
  show();
}

/** On a wide screen they are there already. */
function showContents(): void {
  const contents = existing("contents", HTMLElement);
  if (!contents.checkVisibility()) contents.showPopover();
}

function isWriting(target: EventTarget | null): boolean {
  return target instanceof HTMLElement && target.matches("input, textarea");
}

function readEntries(): Entry[] {
  return [...document.querySelectorAll<HTMLElement>("[data-entry]")].map((element) => ({
    id: element.dataset["entry"] ?? "",
    title: element.dataset["title"] ?? "",
    text: element.textContent ?? "",
  }));
}
