import { useState } from "react";
import { formatCount, formatRate, shorten } from "../../model/format.ts";
import { Action } from "../action.tsx";
import { useFeed, useReading } from "../context.ts";
import { type Column, DataTable } from "../data_table.tsx";
import { Choice, hasText, SearchField } from "../fields.tsx";
import { Facts } from "../figures.tsx";
import { useFilter } from "../place.ts";
import type { KnownGame } from "../types.ts";
import { formatWhen } from "../when.ts";

const odds = (value: number | null | undefined) =>
  value === null || value === undefined ? "–" : value.toFixed(2);
const staked = ({ stakes }: KnownGame) => Object.values(stakes).reduce((sum, stake) => sum + stake, 0);

function stateOf({ game: { active, event_start_date } }: KnownGame): string {
  if (!active) return "closed";
  return Date.parse(event_start_date) <= Date.now() ? "started" : "open";
}

const columns: readonly Column<KnownGame>[] = [
  {
    key: "id",
    title: "Game",
    show: ({ game }) => <code>{shorten(game.game_id, 16)}</code>,
    sortBy: ({ game }) => game.game_id,
  },
  {
    key: "teams",
    title: "Teams",
    show: ({ game }) => `${game.team_a} – ${game.team_b}`,
    sortBy: ({ game }) => game.team_a,
  },
  {
    key: "state",
    title: "State",
    show: (row) => (
      <span className="badge" data-tone={stateOf(row) === "open" ? "healthy" : "waiting"}>
        {stateOf(row)}
      </span>
    ),
    sortBy: stateOf,
  },
  {
    key: "odds",
    title: "Odds",
    show: ({ game }) =>
      [game.team_a_odds, game.team_b_odds, ...game.can_tie ? [game.tie_odds] : []].map(odds).join(" / "),
    isMinor: true,
  },
  {
    key: "starts",
    title: "Starts",
    show: ({ game }) => formatWhen(game.event_start_date),
    sortBy: ({ game }) => game.event_start_date,
    isMinor: true,
  },
  { key: "stake", title: "Staked", show: (row) => formatRate(staked(row)), sortBy: staked, isNumber: true },
];

/** What may be predicted. */
export function GamesPage() {
  const [search] = useFilter("search");
  const [state] = useFilter("state");
  const [opened] = useFilter("open");
  const { data, error, reload } = useReading<{ games: readonly KnownGame[] }>("admin/games", 10_000);
  useFeed("games", reload);
  const games = data?.games ?? [];
  const rows = games.filter((row) =>
    hasText(search, row.game.game_id, row.game.team_a, row.game.team_b) &&
    (state === "" || stateOf(row) === state)
  );
  const open = games.find(({ game }) => game.game_id === opened);
  return (
    <div className="with-drawer" data-open={open !== undefined}>
      <section className="card table-card" aria-label="Games">
        <div className="tools">
          <SearchField label="Search for a game or a team" />
          <Choice
            name="state"
            label="State"
            options={{ "": "All", open: "Open", started: "Started", closed: "Closed" }}
          />
          <span className="hint" role="status">
            {formatCount(rows.length)} of {formatCount(games.length)}
          </span>
          <Publish onDone={reload} />
        </div>
        {error !== undefined && <p className="problem" role="alert">{error}</p>}
        <DataTable
          label="Games"
          columns={columns}
          rows={rows}
          keyOf={({ game }) => game.game_id}
          empty={data === undefined ? "Reading" : "No game is like that"}
          opens
        />
      </section>
      {open !== undefined && <GameDrawer known={open} onDone={reload} />}
    </div>
  );
}

function GameDrawer({ known, onDone }: { readonly known: KnownGame; readonly onDone: () => void }) {
  const [, open] = useFilter("open");
  const { game, stakes } = known;
  return (
    <aside className="card drawer" aria-label={`Game ${game.game_id}`}>
      <header className="card-head">
        <h2>{game.team_a} – {game.team_b}</h2>
        <button type="button" className="button" onClick={() => open("")}>Close</button>
      </header>
      <Facts
        facts={[
          ["Id", <code key="id">{game.game_id}</code>],
          ["State", stateOf(known)],
          ["Starts", formatWhen(game.event_start_date)],
          [
            "Odds",
            `${odds(game.team_a_odds)} / ${odds(game.team_b_odds)}${
              game.can_tie ? ` / ${odds(game.tie_odds)} tie` : ""
            }`,
          ],
        ]}
      />
      <h3>Staked since the start of this server</h3>
      <Facts
        facts={Object.entries(stakes).map(([outcome, stake]) => [outcome, formatRate(stake)] as const)}
      />
      {Object.keys(stakes).length === 0 && <p className="remark">Nothing</p>}
      <div className="buttons">
        <Action
          label="Close the game"
          meaning="It takes no more predictions, and every miner is told."
          change={{ method: "POST", path: "admin/games", body: { games: [{ ...game, active: false }] } }}
          isDangerous
          disabled={!game.active}
          describe={describePublished}
          onDone={onDone}
        />
      </div>
    </aside>
  );
}

function Publish({ onDone }: { readonly onDone: () => void }) {
  const [text, setText] = useState("");
  const checked = check(text);
  return (
    <Action
      label="Publish"
      meaning="The games are stored, and those that changed go to every connected miner."
      change={{ method: "POST", path: "admin/games", body: checked.body }}
      describe={describePublished}
      onDone={onDone}
    >
      <label htmlFor="games">Games as JSON: one, a list, or {"{"}"games": [...]{"}"}</label>
      <textarea
        id="games"
        className="field"
        rows={10}
        spellCheck={false}
        value={text}
        onChange={({ target }) => setText(target.value)}
      />
      <p className={checked.isGood ? "hint" : "problem"} role="status">{checked.says}</p>
    </Action>
  );
}

const needed = [
  "game_id",
  "team_a",
  "team_b",
  "event_start_date",
  "team_a_odds",
  "team_b_odds",
  "can_tie",
  "active",
];

function check(text: string): { readonly body: string; readonly says: string; readonly isGood: boolean } {
  if (text.trim() === "") return { body: '{"games": []}', says: "Nothing yet", isGood: true };
  try {
    const value = JSON.parse(text);
    const games: unknown[] = Array.isArray(value)
      ? value
      : Array.isArray(value?.games)
      ? value.games
      : [value];
    for (const [index, game] of games.entries()) {
      const missing = needed.filter((name) => typeof game !== "object" || game === null || !(name in game));
      if (missing.length > 0) {
        return { body: text, says: `Game ${index + 1} lacks ${missing.join(", ")}`, isGood: false };
      }
    }
    // As it was typed: 1.0 and 1 are not the same to miners.
    const isWhole = typeof value === "object" && !Array.isArray(value) && Array.isArray(value.games);
    const body = isWhole ? text : `{"games": ${Array.isArray(value) ? text : `[${text}]`}}`;
    return { body, says: `${formatCount(games.length)} to publish`, isGood: true };
  } catch (error) {
    return { body: text, says: (error as Error).message, isGood: false };
  }
}

function describePublished(answer: unknown): string {
  const { changed, recipients } = answer as { changed: number; recipients: number };
  return `${formatCount(changed)} changed, sent to ${formatCount(recipients)} miners`;
}
