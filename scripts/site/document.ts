import { Marked, type Tokens } from "marked";

/** A piece of a page that a search finds by itself. */
interface Section {
  /** The page, and where on it. */
  readonly url: string;
  readonly page: string;
  readonly heading: string;
  readonly text: string;
}

/** A guide as it is shown. */
export interface Document {
  readonly title: string;
  readonly html: string;
  readonly sections: readonly Section[];
}

/** What a heading is linked to by, as on GitHub. */
function slugOf(heading: string): string {
  return heading.toLowerCase().replaceAll(/[^\p{L}\p{N} _-]/gu, "").replaceAll(" ", "-");
}

/**
 * Makes a page of a guide. `linkOf` answers where a link to another file goes; undefined: that file is no part of the site,
 * and its name is not a link.
 */
export function readDocument(
  markdown: string,
  url: string,
  linkOf: (href: string) => string | undefined,
): Document {
  const sections: { heading: string; id: string; text: string[] }[] = [];
  const marked = new Marked({
    walkTokens: (token) => {
      if (token.type === "heading") {
        const heading = plain(String(token["text"]));
        sections.push({ heading, id: slugOf(heading), text: [] });
      } else if (token.type !== "html" && "text" in token && !("tokens" in token)) {
        sections.at(-1)?.text.push(String(token["text"]));
      }
    },
    renderer: {
      heading({ tokens, depth, ...heading }: Tokens.Heading): string {
        const id = slugOf(plain(heading.text));
        return `<h${depth} id="${id}">${
          this.parser.parseInline(tokens)
        } <a class="here" href="#${id}">#</a></h${depth}>\n`;
      },
      link({ href, tokens }: Tokens.Link): string {
        const text = this.parser.parseInline(tokens);
        const target = /^(?:[a-z]+:|#)/.test(href) ? href : linkOf(href);
        return target === undefined ? text : `<a href="${escapeHtml(target)}">${text}</a>`;
      },
    },
  });
  const html = marked.parse(markdown.replaceAll(/<!--[^]*?-->/g, ""), { async: false });
  const title = sections[0]?.heading ?? url;
  return {
    title,
    html,
    sections: sections.map(({ heading, id, text }) => ({
      url: `${url}#${id}`,
      page: title,
      heading,
      text: text.join(" ").replaceAll(/\s+/g, " "),
    })),
  };
}

function plain(text: string): string {
  return text.replaceAll(/[`*]|\[([^\]]*)\]\([^)]*\)/g, "$1");
}

/** Text as it stands in HTML. */
export function escapeHtml(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll('"', "&quot;");
}
