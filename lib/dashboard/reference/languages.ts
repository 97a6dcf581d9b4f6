const key = "heliograph.language";

/** Has all examples be in the language that was chosen at one of them, and remembers it. */
export function followLanguage(): void {
  choose(remembered());
  document.addEventListener("change", ({ target }) => {
    if (!(target instanceof HTMLInputElement) || target.type !== "radio") return;
    choose(target.value);
    remember(target.value);
  });
}

function choose(language: string): void {
  for (const input of document.querySelectorAll<HTMLInputElement>('.samples input[type="radio"]')) {
    if (input.value === language) input.checked = true;
  }
}

function remembered(): string {
  try {
    return localStorage.getItem(key) ?? "";
  } catch {
    return "";
  }
}

function remember(language: string): void {
  try {
    localStorage.setItem(key, language);
  } catch {
    // A browser that keeps nothing shows it until the page is closed.
  }
}
