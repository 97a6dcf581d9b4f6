import { useEffect } from "react";
import { Navigation } from "./navigation.tsx";
import { pages } from "./page_table.ts";
import { usePlace } from "./place.ts";
import { TopBar } from "./top_bar.tsx";

/** Around every page. */
export function Shell() {
  const { page } = usePlace();
  const { title, Content } = pages[page] ?? { title: "Not found", Content: NotFound };
  useEffect(() => void (document.title = `${title} · Heliograph`), [title]);
  return (
    <div className="shell">
      <a className="skip" href="#content" onClick={focusContent}>Skip to the content</a>
      <Navigation page={page} />
      <TopBar title={title} />
      <main id="content" className="console-page" tabIndex={-1} key={page}>
        <Content />
      </main>
    </div>
  );
}

/** The hash says which page is shown, so that it cannot say where on it. */
function focusContent(event: { preventDefault(): void }): void {
  event.preventDefault();
  document.getElementById("content")?.focus();
}

function NotFound() {
  return <p className="remark">There is no such page.</p>;
}
