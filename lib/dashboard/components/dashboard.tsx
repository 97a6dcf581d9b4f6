import { Bandwidth, Transactions } from "./traffic.tsx";
import { GatewayCard } from "./gateway.tsx";
import { Markets } from "./markets.tsx";
import { OwnStreamCards } from "./own_streams.tsx";
import { PeersCard } from "./peers.tsx";
import { RangeChoice } from "./range_choice.tsx";
import { ReceiptsCard } from "./receipts.tsx";
import { StatusLine } from "./status_line.tsx";
import { Strength } from "./strength.tsx";
import { ThemeButton } from "./theme_button.tsx";
import { Tiles } from "./tiles.tsx";

/** The whole page. */
export function Dashboard() {
  return (
    <>
      <a className="skip" href="#content">Skip to the content</a>
      <header className="top">
        <h1>
          <svg className="mark" viewBox="0 0 24 24" width="24" height="24" aria-hidden="true">
            <circle cx="12" cy="12" r="4.5" />
            <path d="M12 1.5v3M12 19.5v3M1.5 12h3M19.5 12h3M4.6 4.6l2.1 2.1M17.3 17.3l2.1 2.1M4.6 19.4l2.1-2.1M17.3 6.7l2.1-2.1" />
          </svg>
          Heliograph
        </h1>
        <StatusLine />
        <a className="link" href="docs">API</a>
        <RangeChoice />
        <ThemeButton />
      </header>
      <main id="content" className="grid" tabIndex={-1}>
        <Strength />
        <Tiles />
        <Transactions />
        <Bandwidth />
        <Markets />
        <PeersCard />
        <ReceiptsCard />
        <GatewayCard />
        <OwnStreamCards />
      </main>
    </>
  );
}
