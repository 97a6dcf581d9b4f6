const maxLength = 120;
// Controls, what directs or hides text, and what file systems or headers take as something else.
const unwanted = /[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}"*:<>?|]/gu;

/** A file's name without its path and without anything that could be taken for something else; null when none is left. */
export function cleanFileName(name: string): string | null {
  const last = name.slice(-1024).split(/[/\\]/).pop() ?? "";
  const clean = last.normalize("NFC").replace(unwanted, "").replace(/^[.\s]+|[.\s]+$/g, "");
  return clean === "" ? null : shorten(clean);
}

/** Keeps the extension. */
function shorten(name: string): string {
  const characters = [...name];
  if (characters.length <= maxLength) return name;
  const extension = /\.[A-Za-z0-9]{1,12}$/.exec(name)?.[0] ?? "";
  return characters.slice(0, maxLength - extension.length).join("") + extension;
}
