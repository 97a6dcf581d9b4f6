/** Why there are no certificates here; undefined where `openssl` makes them. */
export const noOpenssl = await (async () => {
  try {
    const { success } = await new Deno.Command("openssl", {
      args: ["version"],
      stdout: "null",
      stderr: "null",
    })
      .output();
    return success ? undefined : "openssl does not run";
  } catch {
    return "openssl is missing";
  }
})();

/** A certificate authority that is gone when the test is over, and certificates of it for this machine. */
export class Authority {
  readonly #folder: string;
  readonly #name: string;

  private constructor(folder: string, name: string) {
    this.#folder = folder;
    this.#name = name;
  }

  /** Makes one whose files lie in `folder`. */
  static async make(folder: string, name: string): Promise<Authority> {
    const authority = new Authority(folder, name);
    await openssl(folder, ["-keyout", `${name}.key`, "-out", `${name}.crt`, "-subj", `/CN=${name}`]);
    return authority;
  }

  /** The authority's own certificate, as PEM. */
  get pem(): string {
    return Deno.readTextFileSync(`${this.#folder}/${this.#name}.crt`);
  }

  /** Writes `cert.pem` and `key.pem` for localhost and 127.0.0.1, valid for 30 days from now on. */
  async issue(cert = "cert.pem", key = "key.pem"): Promise<void> {
    const names = [
      "-addext",
      "subjectAltName=DNS:localhost,IP:127.0.0.1,IP:::1",
      "-addext",
      "basicConstraints=CA:FALSE",
    ];
    const signed = ["-CA", `${this.#name}.crt`, "-CAkey", `${this.#name}.key`];
    // Elsewhere first: who watches the files must not see half of one.
    await openssl(this.#folder, [
      "-keyout",
      "new.key",
      "-out",
      "new.crt",
      "-subj",
      "/CN=localhost",
      ...signed,
      ...names,
    ]);
    await Deno.rename(`${this.#folder}/new.crt`, `${this.#folder}/${cert}`);
    await Deno.rename(`${this.#folder}/new.key`, `${this.#folder}/${key}`);
  }
}

async function openssl(cwd: string, args: string[]): Promise<void> {
  const key = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "30"];
  const { success, stderr } = await new Deno.Command("openssl", {
    args: ["req", "-x509", ...key, ...args],
    cwd,
    stdout: "null",
    stderr: "piped",
  }).output();
  if (!success) throw new Error(`openssl failed: ${new TextDecoder().decode(stderr)}`);
}
