/** Colours of a chart, by the custom property of the style sheet that has them. */
export type ChartColour = "accent" | "accent-wash" | "second" | "alarm" | "grid" | "label";

/** Reads the style sheet's colours, once for each theme. */
export class Palette {
  readonly #host: Element;
  readonly #colours = new Map<ChartColour, string>();

  constructor(host: Element) {
    this.#host = host;
  }

  colour(name: ChartColour): string {
    let colour = this.#colours.get(name);
    if (colour === undefined) {
      colour = getComputedStyle(this.#host).getPropertyValue(`--${name}`).trim();
      this.#colours.set(name, colour);
    }
    return colour;
  }

  /** The theme has changed. */
  forget(): void {
    this.#colours.clear();
  }
}
