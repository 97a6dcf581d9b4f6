import { dashboardRoutes, PageFiles } from "../../../routes/operators/dashboard.ts";
import { buildDashboard } from "../../../scripts/build_dashboard.ts";

const root = new URL("../../..", import.meta.url).pathname.replace(/\/$/, "");

let built: Promise<string> | undefined;

/** Bundles the page into a folder, once for all tests of a process. */
async function build(): Promise<string> {
  const folder = await Deno.makeTempDir({ prefix: "heliograph-test-" });
  await buildDashboard({ root, out: folder, entry: `${root}/tests/e2e/dashboard/scripted_page.ts` });
  return folder;
}

Deno.test.afterAll(async () => {
  if (built !== undefined) await Deno.remove(await built, { recursive: true });
});

/** Serves the dashboard with streams that a test speaks for, under the same headers as the real one. */
export class ScriptedServer implements AsyncDisposable {
  readonly #server: Deno.HttpServer<Deno.NetAddr>;

  private constructor(folder: string) {
    const app = dashboardRoutes(new PageFiles(folder));
    const options = { hostname: "127.0.0.1", port: 0, onListen() {} };
    this.#server = Deno.serve(options, (request, info) => app.fetch(request, { info }));
  }

  static async start(): Promise<ScriptedServer> {
    return new ScriptedServer(await (built ??= build()));
  }

  /** Of the page. */
  get url(): string {
    return `http://127.0.0.1:${this.#server.addr.port}/`;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#server.shutdown();
  }
}
