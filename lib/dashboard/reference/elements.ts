/** Makes an element with properties and children. */
export function make<Tag extends keyof HTMLElementTagNameMap>(
  tag: Tag,
  properties: Partial<HTMLElementTagNameMap[Tag]> = {},
  ...children: readonly (Node | string)[]
): HTMLElementTagNameMap[Tag] {
  const element = Object.assign(document.createElement(tag), properties);
  element.append(...children);
  return element;
}

/** An element of the page, which the server has put there. */
export function existing<Type extends HTMLElement>(id: string, type: new () => Type): Type {
  const element = document.getElementById(id);
  if (element instanceof type) return element;
  throw new TypeError(`Cannot use the reference: the page has no element "${id}"`);
}

/** Where the server is, by the page that it served, without a slash at the end. */
export function serverUrl(protocol: "http" | "ws" = "http"): string {
  const url = new URL(".", document.baseURI).href.replace(/\/$/, "");
  return protocol === "ws" ? url.replace(/^http/, "ws") : url;
}
