import { applyTheme, rememberedTheme } from "../components/theme.ts";
import { sampleHost, type Trial } from "./contract.ts";
import { copyButton } from "./copy_button.ts";
import { existing, make, serverUrl } from "./elements.ts";
import { followLanguage } from "./languages.ts";
import { startSearch } from "./search.ts";
import { requestForm } from "./try_request.ts";
import { socketForm } from "./try_socket.ts";

applyTheme(rememberedTheme());
startSearch();
followLanguage();
// An entry gets what is to press when somebody opens it: there are hundreds.
document.addEventListener("toggle", ({ target }) => {
  if (target instanceof HTMLDetailsElement && target.open) dress(target);
}, { capture: true });
for (const entry of document.querySelectorAll<HTMLDetailsElement>("details[open]")) dress(entry);

const contents = existing("contents", HTMLElement);
contents.addEventListener("click", ({ target }) => {
  if (target instanceof HTMLAnchorElement && contents.matches(":popover-open")) contents.hidePopover();
});

function dress(entry: HTMLDetailsElement): void {
  if (entry.dataset["dressed"] !== undefined) return;
  entry.dataset["dressed"] = "";
  for (const code of entry.querySelectorAll<HTMLElement>("pre > code")) {
    if (code.closest("details") === entry) offerCopy(code);
  }
  for (const place of entry.querySelectorAll<HTMLElement>("[data-try]")) {
    const trial: Trial = JSON.parse(place.dataset["try"] ?? "");
    place.replaceChildren("socket" in trial ? socketForm(trial) : requestForm(trial));
  }
}

function offerCopy(code: HTMLElement): void {
  code.textContent = (code.textContent ?? "")
    .replaceAll(`http://${sampleHost}`, serverUrl())
    .replaceAll(`ws://${sampleHost}`, serverUrl("ws"));
  const pre = code.parentElement;
  const frame = make("div", { className: "code" });
  pre?.replaceWith(frame);
  frame.append(...pre === null ? [] : [pre], copyButton(code));
}
