/** One line of a scrape. */
interface Sample {
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly value: number;
}

/** What `/metrics` answered, read line by line. */
export class Scrape {
  private constructor(
    readonly text: string,
    /** Type and help of each family. */
    readonly families: ReadonlyMap<string, { readonly type: string; readonly help: string }>,
    readonly samples: readonly Sample[],
  ) {}

  /** Asks a gateway. */
  static async of(url: string, headers: Record<string, string> = {}): Promise<Scrape> {
    const response = await fetch(`${url}/metrics`, { headers });
    const text = await response.text();
    if (!response.ok) throw new Error(`/metrics: ${response.status} ${text}`);
    return Scrape.parse(text);
  }

  /** Reads Prometheus' text format; throws at a line that is none of it. */
  static parse(text: string): Scrape {
    const families = new Map<string, { type: string; help: string }>();
    const samples: Sample[] = [];
    for (const line of text.split("\n")) {
      const [, kind, name = "", rest = ""] = /^# (HELP|TYPE) (\w+) (.+)$/.exec(line) ?? [];
      if (kind === "HELP") families.set(name, { type: "", help: rest });
      else if (kind === "TYPE") families.set(name, { help: families.get(name)?.help ?? "", type: rest });
      else if (line !== "" && line !== "# EOF") samples.push(parseSample(line));
    }
    return new Scrape(text, families, samples);
  }

  /** The sum of the samples of this name that have these labels. Throws when there are none. */
  value(name: string, labels: Record<string, string> = {}): number {
    const found = this.samples.filter((sample) =>
      sample.name === name && Object.entries(labels).every(([label, value]) => sample.labels[label] === value)
    );
    if (found.length === 0) throw new Error(`No sample ${name} ${JSON.stringify(labels)}`);
    return found.reduce((sum, { value }) => sum + value, 0);
  }
}

function parseSample(line: string): Sample {
  const match = /^(\w+)(?:\{((?:\w+="(?:[^"\\\n]|\\.)*",?)*)\})? (\S+)$/.exec(line);
  if (match === null) throw new Error(`Not a line of metrics: ${line}`);
  const [, name = "", labels = "", value = ""] = match;
  const pairs = labels.matchAll(/(\w+)="((?:[^"\\]|\\.)*)"/g);
  return {
    name,
    labels: Object.fromEntries(pairs.map(([, key, text]) => [key, text])),
    value: toNumber(value),
  };
}

function toNumber(text: string): number {
  const value = text === "+Inf" ? Infinity : Number(text);
  if (Number.isNaN(value)) throw new Error(`Not a value: ${text}`);
  return value;
}
