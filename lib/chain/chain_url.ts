/** Where a subnet is read: nodes that are tried in turn, and the subnet's number. */
export interface ChainUrl {
  readonly nodes: readonly string[];
  readonly netuid: number;
}

const maxNetuid = 65_535;

/** Whether a text names nodes and no file. */
export function isChainUrl(text: string): boolean {
  return /^wss?:\/\//i.test(text);
}

/** Reads `ws://NODE:9944?netuid=N`, or several such with commas. Throws a SyntaxError that says what is wrong. */
export function parseChainUrl(text: string): ChainUrl {
  const urls = text.split(",").map((part) => part.trim()).map(parseNode);
  const numbers = new Set(
    urls.map(({ searchParams }) => searchParams.get("netuid")).filter((n) => n !== null),
  );
  const [number] = numbers;
  if (number === undefined) throw new SyntaxError("the subnet is missing: ws://NODE:9944?netuid=N");
  if (numbers.size > 1) throw new SyntaxError(`several subnets are named: ${[...numbers].join(" and ")}`);
  if (!/^\d+$/.test(number) || Number(number) > maxNetuid) {
    throw new SyntaxError(`netuid is ${number}, expected a whole number from 0 to ${maxNetuid}`);
  }
  return { nodes: urls.map(addressOf), netuid: Number(number) };
}

function parseNode(text: string): URL {
  const url = isChainUrl(text) && URL.canParse(text) ? new URL(text) : undefined;
  if (url === undefined || url.hash !== "") {
    throw new SyntaxError(`"${text}" is no ws:// or wss:// URL of a node`);
  }
  return url;
}

function addressOf(url: URL): string {
  const address = new URL(url);
  address.searchParams.delete("netuid");
  return address.href;
}

/** How a node is called where others may read it: a path or a query may hold the key to it. */
export function nodeName(url: string): string {
  return new URL(url).host;
}
