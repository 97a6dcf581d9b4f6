import { useEffect, useState } from "react";
import { Icon } from "./icon.tsx";
import { Mark } from "./mark.tsx";
import { pages } from "./page_table.ts";
import { linkTo } from "./place.ts";

/** Those of the bar on a phone; the others are in its menu. */
const inBar = ["", "miners", "predictions", "connections"];

/** Leads to the pages. */
export function Navigation({ page }: { readonly page: string }) {
  const [open, setOpen] = useState(false);
  useEffect(() => setOpen(false), [page]);
  return (
    <nav
      className="console-nav"
      aria-label="Pages"
      data-open={open}
      onKeyDown={({ key, currentTarget }) => {
        if (key !== "Escape" || !open) return;
        setOpen(false);
        currentTarget.querySelector<HTMLElement>(".more")?.focus();
      }}
    >
      <a className="brand" href={linkTo("")} aria-label="Heliograph: overview">
        <Mark /> <span>Heliograph</span>
      </a>
      <ul>
        {Object.entries(pages).map(([name, { title, icon }]) => (
          <li key={name} data-in-bar={inBar.includes(name)}>
            <a href={linkTo(name)} aria-current={name === page ? "page" : undefined}>
              <Icon path={icon} />
              <span>{title}</span>
            </a>
          </li>
        ))}
        <li data-in-bar={false}>
          <a href="docs">
            <Icon path="M8 6l-5 6 5 6M16 6l5 6-5 6" />
            <span>API</span>
          </a>
        </li>
      </ul>
      <button type="button" className="more" aria-expanded={open} onClick={() => setOpen(!open)}>
        <Icon path="M4 7h16M4 12h16M4 17h16" />
        <span>More</span>
      </button>
    </nav>
  );
}
