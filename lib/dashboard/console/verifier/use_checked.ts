import { useEffect, useState } from "react";

/** What is known of something that is typed. */
type Checked<Outcome> =
  | { readonly kind: "nothing" }
  | { readonly kind: "checking" }
  | { readonly kind: "good"; readonly outcome: Outcome }
  | { readonly kind: "bad"; readonly message: string };

/** Milliseconds after the last key. */
const patience = 200;

/** Checks a text as it is typed; `check` must stay the same. */
export function useChecked<Outcome>(
  text: string,
  check: (text: string, signal: AbortSignal) => Promise<Outcome>,
): Checked<Outcome> {
  const [checked, setChecked] = useState<Checked<Outcome>>({ kind: "nothing" });
  useEffect(() => {
    if (text.trim() === "") return setChecked({ kind: "nothing" });
    setChecked({ kind: "checking" });
    const gone = new AbortController();
    const { signal } = gone;
    const show = (checked: Checked<Outcome>) => void (signal.aborted || setChecked(checked));
    const timer = setTimeout(() => {
      check(text, signal).then(
        (outcome) => show({ kind: "good", outcome }),
        (error) => show({ kind: "bad", message: (error as Error).message }),
      );
    }, patience);
    return () => {
      clearTimeout(timer);
      gone.abort();
    };
  }, [text, check]);
  return checked;
}
