import type { Status } from "./model/status.ts";

const name = "Heliograph";
/** Of the dot in the icon; a tab's strip may be light or dark. */
const colours: Readonly<Record<Exclude<Status["tone"], "live">, string>> = {
  waiting: "#8a93a5",
  troubled: "#e09a00",
  stale: "#e09a00",
  broken: "#d93025",
};

/** Has the title and the icon of the page say how it stands, for those who have it in another tab. */
export class PageMarks {
  readonly #document: Document;
  readonly #icon: HTMLLinkElement | null;
  readonly #liveIcon: string;
  #tone: Status["tone"] = "live";

  constructor(document: Document) {
    this.#document = document;
    this.#icon = document.querySelector<HTMLLinkElement>('link[rel="icon"]');
    this.#liveIcon = this.#icon?.href ?? "";
  }

  show({ tone, title }: Pick<Status, "tone" | "title">): void {
    const wanted = tone === "live" ? name : `${title} · ${name}`;
    if (this.#document.title !== wanted) this.#document.title = wanted;
    if (this.#icon === null || tone === this.#tone) return;
    this.#tone = tone;
    this.#icon.href = tone === "live" ? this.#liveIcon : iconOf(colours[tone]);
  }
}

/** A grey sun, with a dot that says how things are. */
function iconOf(colour: string): string {
  const rays = "M12 1.5v3M12 19.5v3M1.5 12h3M19.5 12h3M4.6 4.6l2.1 2.1M17.3 6.7l2.1-2.1M6.7 17.3l-2.1 2.1";
  const svg = `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 24 24">` +
    `<g fill="#8a93a5" stroke="#8a93a5" stroke-width="2" stroke-linecap="round">` +
    `<circle cx="12" cy="12" r="4" stroke="none"/><path d="${rays}"/></g>` +
    `<circle cx="18" cy="18" r="6" fill="${colour}"/></svg>`;
  return `data:image/svg+xml,${encodeURIComponent(svg)}`;
}
