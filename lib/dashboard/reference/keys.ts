import { make } from "./elements.ts";

type KeyKind = "admin" | "apiKey";

/** A field, and the header that carries what is in it. */
interface KeyField {
  readonly label: HTMLLabelElement;
  readonly header: () => [name: string, value: string];
}

/** What a request proves itself with, and where it goes. */
const kinds: Record<KeyKind, { label: string; header: (key: string) => [name: string, value: string] }> = {
  admin: { label: "Admin token", header: (key) => ["authorization", `Bearer ${key}`] },
  apiKey: { label: "API key", header: (key) => ["x-api-key", key] },
};

/** The reader's keys: they are in the fields of this page and nowhere else. */
const fields = { admin: new Set<HTMLInputElement>(), apiKey: new Set<HTMLInputElement>() };

/** A field for a key; what is typed into one of a kind is in all of them. */
export function keyField(kind: KeyKind): KeyField {
  const { label, header } = kinds[kind];
  const input = make("input", { type: "password", autocomplete: "off", required: true });
  for (const { value } of fields[kind]) input.value = value;
  fields[kind].add(input);
  input.addEventListener("input", () => {
    for (const other of fields[kind]) other.value = input.value;
  });
  return {
    label: make("label", {}, `${label}, which stays on this page`, input),
    header: () => header(input.value),
  };
}
