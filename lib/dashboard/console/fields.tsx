import { useFilter } from "./place.ts";

/** A text to look for, which is in the URL. */
export function SearchField({ label }: { readonly label: string }) {
  const [search, setSearch] = useFilter("search");
  return (
    <input
      type="search"
      className="field"
      placeholder="Search"
      aria-label={label}
      value={search}
      onChange={({ target }) => setSearch(target.value)}
    />
  );
}

interface ChoiceProps {
  readonly name: string;
  readonly label: string;
  /** What there is to choose, by what the URL says; the empty one is everything. */
  readonly options: Readonly<Record<string, string>>;
}

/** One of a few, which is in the URL. */
export function Choice({ name, label, options }: ChoiceProps) {
  const [chosen, choose] = useFilter(name);
  return (
    <select
      className="field"
      aria-label={label}
      value={chosen}
      onChange={({ target }) => choose(target.value)}
    >
      {Object.entries(options).map(([value, title]) => <option key={value} value={value}>{title}</option>)}
    </select>
  );
}

/** Whether one of some texts has what is looked for in it. */
export function hasText(search: string, ...texts: readonly (string | number | null | undefined)[]): boolean {
  const wanted = search.trim().toLowerCase();
  return wanted === "" || texts.some((text) => String(text ?? "").toLowerCase().includes(wanted));
}
