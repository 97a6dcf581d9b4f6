import { findChromium } from "../helpers/programs.ts";
import { inTime } from "../helpers/until.ts";

/** Where Chromium is. */
export const chromium = await findChromium();

const types: Record<string, string> = { html: "text/html", js: "text/javascript", css: "text/css" };

/** Tells what stands on the page whenever that changes. */
const reporter = `<script type="module">
  const tell = () => void fetch("/seen", { method: "POST", body: document.body.innerText });
  new MutationObserver(tell).observe(document, { subtree: true, childList: true, characterData: true });
</script>`;

/** Serves a folder, opens its page in Chromium, and answers the first text on it that matches. */
export async function seenOnPage(
  folder: string,
  query: string,
  wanted: RegExp,
  profile: string,
): Promise<string> {
  const seen = Promise.withResolvers<string>();
  let last = "";
  await using pages = Deno.serve({ port: 0, hostname: "127.0.0.1", onListen: () => {} }, async (request) => {
    const { pathname } = new URL(request.url);
    if (request.method === "POST") {
      last = await request.text();
      if (wanted.test(last)) seen.resolve(last);
      return new Response();
    }
    return await fileOf(folder, pathname === "/" ? "/index.html" : pathname);
  });
  const url = `http://127.0.0.1:${pages.addr.port}/${query}`;
  const flags = ["--headless", "--no-sandbox", "--disable-dev-shm-usage", `--user-data-dir=${profile}`];
  const program = new Deno.Command(chromium ?? "", { args: [...flags, url], stdout: "null", stderr: "null" });
  const child = program.spawn();
  try {
    return await inTime(seen.promise, `${wanted} on the page`, 60_000).catch((error) => {
      throw new Error(`${error.message}; it said last: ${last}`);
    });
  } finally {
    child.kill("SIGTERM");
    await child.status;
  }
}

async function fileOf(folder: string, path: string): Promise<Response> {
  try {
    const body = await Deno.readTextFile(folder + path);
    const headers = { "content-type": types[path.split(".").at(-1) ?? ""] ?? "application/octet-stream" };
    return new Response(path.endsWith(".html") ? body + reporter : body, { headers });
  } catch {
    return new Response(null, { status: 404 });
  }
}
