import { type RefObject, useEffect, useRef } from "react";
import { useFilter } from "./place.ts";

/**
 * The row of a table that is opened, which the URL says. What is opened beside the table takes the focus from its row, and
 * gives it back when it is closed, for which Escape will do.
 */
export function useOpenedRow(table: RefObject<HTMLElement | null>): [string, (key: string) => void] {
  const [opened, open] = useFilter("open");
  const before = useRef(opened);
  useEffect(() => {
    const last = before.current;
    before.current = opened;
    const drawer = table.current?.closest(".with-drawer")?.querySelector<HTMLElement>(".drawer");
    if (opened !== "" && table.current?.contains(document.activeElement)) {
      if (drawer !== null && drawer !== undefined) drawer.tabIndex = -1;
      drawer?.focus();
    }
    // It was on what is gone.
    if (opened === "" && last !== "" && document.activeElement === document.body) {
      table.current?.querySelector<HTMLElement>(`[data-row="${CSS.escape(last)}"] button`)?.focus();
    }
  }, [opened, table]);
  useEffect(() => {
    if (opened === "") return;
    const close = ({ key }: KeyboardEvent) => {
      if (key === "Escape" && document.querySelector("dialog[open]") === null) open("");
    };
    addEventListener("keydown", close);
    return () => removeEventListener("keydown", close);
  });
  return [opened, open];
}
