/** How the page looks; `system` follows the device. */
export type Theme = "system" | "light" | "dark";

const key = "heliograph.theme";
const themes: readonly Theme[] = ["system", "light", "dark"];
const changed = "heliograph-theme";
const darkDevice = matchMedia("(prefers-color-scheme: dark)");

/** The theme after another one. */
export function nextTheme(theme: Theme): Theme {
  return themes[(themes.indexOf(theme) + 1) % themes.length] ?? "system";
}

/** What was chosen last; `system` when nothing was, or when the browser remembers nothing. */
export function rememberedTheme(): Theme {
  try {
    const remembered = localStorage.getItem(key);
    return themes.find((theme) => theme === remembered) ?? "system";
  } catch {
    return "system";
  }
}

/** Makes the page look so. */
export function applyTheme(theme: Theme): void {
  if (theme === "system") delete document.documentElement.dataset["theme"];
  else document.documentElement.dataset["theme"] = theme;
  document.dispatchEvent(new Event(changed));
}

/** Calls `listener` whenever the colours change, by choice or by the device; the result ends it. */
export function onColoursChange(listener: () => void): () => void {
  document.addEventListener(changed, listener);
  darkDevice.addEventListener("change", listener);
  return () => {
    document.removeEventListener(changed, listener);
    darkDevice.removeEventListener("change", listener);
  };
}

/** Has the next visit begin with it. */
export function rememberTheme(theme: Theme): void {
  try {
    localStorage.setItem(key, theme);
  } catch {
    // A browser that keeps nothing shows it until the page is closed.
  }
}
