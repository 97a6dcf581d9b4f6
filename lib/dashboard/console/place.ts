import { useSyncExternalStore } from "react";

/** Which page is shown, with which filters: all of it is in the URL. */
interface Place {
  readonly page: string;
  readonly filters: URLSearchParams;
}

const subscribe = (listener: () => void) => {
  addEventListener("hashchange", listener);
  return () => removeEventListener("hashchange", listener);
};

function read(hash: string): Place {
  const [page = "", query = ""] = hash.replace(/^#\/?/, "").split("?");
  return { page, filters: new URLSearchParams(query) };
}

/** Where a page is, for links. */
export function linkTo(page: string, filters: Readonly<Record<string, string>> = {}): string {
  const query = new URLSearchParams(filters).toString();
  return `#/${page}${query === "" ? "" : `?${query}`}`;
}

/** Where we are. */
export function usePlace(): Place {
  return read(useSyncExternalStore(subscribe, () => location.hash));
}

/** A filter of the page, which is in the URL; empty where it is not set. */
export function useFilter(name: string): [string, (value: string) => void] {
  const { page, filters } = usePlace();
  const set = (value: string) => {
    const changed = new URLSearchParams(filters);
    if (value === "") changed.delete(name);
    else changed.set(name, value);
    history.replaceState(null, "", linkTo(page, Object.fromEntries(changed)));
    dispatchEvent(new HashChangeEvent("hashchange"));
  };
  return [filters.get(name) ?? "", set];
}
