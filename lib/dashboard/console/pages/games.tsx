import type { OddsHistory, ToldGame } from "../../../protocol/mod.ts";
import { formatAmount, formatCount, shorten } from "../../model/format.ts";
import { Action } from "../action.tsx";
import { useFeed, useReading } from "../context.ts";
import type { Column } from "../data_table.tsx";
import { Choice, hasText, SearchField } from "../fields.tsx";
import { Facts } from "../figures.tsx";
import { OddsChart } from "../odds_chart.tsx";
import { useFilter } from "../place.ts";
import { Drawer, TableCard } from "../table_card.tsx";
import { describePublished, PublishGames } from "./publish_games.tsx";
import { formatWhen } from "../when.ts";

const odds = (value: number | null | undefined) =>
  value === null || value === undefined ? "–" : value.toFixed(2);
const staked = ({ stakes }: ToldGame) => Object.values(stakes).reduce((sum, stake) => sum + stake, 0);

function stateOf({ game: { active, event_start_date } }: ToldGame): string {
  if (!active) return "closed";
  return Date.parse(event_start_date) <= Date.now() ? "started" : "open";
}

const columns: readonly Column<ToldGame>[] = [
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
  { key: "stake", title: "Staked", show: (row) => formatAmount(staked(row)), sortBy: staked, isNumber: true },
];

/** What may be predicted. */
export function GamesPage() {
  const [search] = useFilter("search");
  const [state] = useFilter("state");
  const [opened] = useFilter("open");
  const { data, error, reload } = useReading<{ games: readonly ToldGame[] }>("admin/games", 10_000);
  useFeed("games", reload);
  const games = data?.games ?? [];
  const rows = games.filter((row) =>
    hasText(search, row.game.game_id, row.game.team_a, row.game.team_b) &&
    (state === "" || stateOf(row) === state)
  );
  const open = games.find(({ game }) => game.game_id === opened);
  return (
    <TableCard
      title="Games"
      tools={
        <>
          <SearchField label="Search for a game or a team" />
          <Choice
            name="state"
            label="State"
            options={{ "": "All", open: "Open", started: "Started", closed: "Closed" }}
          />
          <span className="hint" role="status">
            {formatCount(rows.length)} of {formatCount(games.length)}
          </span>
          <PublishGames label="Publish" onDone={reload} />
        </>
      }
      reading={{ data, error }}
      label="Games"
      columns={columns}
      rows={rows}
      keyOf={({ game }) => game.game_id}
      empty="No game is like that"
      opens
      drawer={open !== undefined ? <GameDrawer known={open} onDone={reload} /> : null}
    />
  );
}

function GameDrawer({ known, onDone }: { readonly known: ToldGame; readonly onDone: () => void }) {
  const { game } = known;
  return (
    <Drawer label={`Game ${game.game_id}`} title={`${game.team_a} – ${game.team_b}`}>
      <Facts
        facts={[
          ["Id", <code key="id">{game.game_id}</code>],
          ["State", stateOf(known)],
          ["Starts", formatWhen(game.event_start_date)],
        ]}
      />
      <div className="buttons">
        <PublishGames label="Change" game={game} onDone={onDone} />
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
      <PastOdds game={game} />
      <Stakes known={known} />
    </Drawer>
  );
}

/** What the odds were, and are. */
function PastOdds({ game }: { readonly game: ToldGame["game"] }) {
  const { game_id, team_a, team_b, can_tie } = game;
  const path = `admin/games/${encodeURIComponent(game_id)}/odds`;
  const { data, error, reload } = useReading<OddsHistory>(path, 30_000);
  useFeed("games", reload);
  const past = data?.odds ?? [];
  const sides = [
    ["team_a", team_a],
    ["team_b", team_b],
    ...can_tie ? [["tie", "Tie"] as const] : [],
  ] as const;
  return (
    <>
      <h3>Odds</h3>
      {error !== undefined && <p className="problem">{error}</p>}
      {past.length > 0 && <OddsChart odds={past} label={`Odds of ${team_a}, ${team_b} and a tie`} />}
      <p className="chart-legend">
        {sides.map(([side, name]) => <span key={side} data-outcome={side}>{name}</span>)}
      </p>
      <ol className="recent" aria-label="Changes of the odds, the newest first">
        {past.slice(-20).toReversed().map(({ at, ...values }) => (
          <li key={at}>
            {sides.map(([side]) => odds(values[side])).join(" / ")}
            <time>{formatWhen(at)}</time>
          </li>
        ))}
      </ol>
    </>
  );
}

/** What was wagered on each outcome, however miners name it. */
function Stakes({ known }: { readonly known: ToldGame }) {
  const { game: { team_a, team_b, can_tie }, stakes } = known;
  const outcomes = [[team_a, "0"], [team_b, "1"], ...can_tie ? [["Tie", "2"] as const] : []] as const;
  const all = staked(known);
  return (
    <>
      <h3>Staked since the servers started</h3>
      <ol className="bars">
        {outcomes.map(([name, number]) => {
          const stake = (stakes[name] ?? 0) + (stakes[number] ?? 0);
          return (
            <li key={number}>
              <span>{name}</span>
              <span className="bar" aria-hidden="true">
                <span
                  className="bar-fill"
                  style={{ transform: `scaleX(${(all === 0 ? 0 : stake / all).toFixed(3)})` }}
                />
              </span>
              <span className="number">{formatAmount(stake)}</span>
            </li>
          );
        })}
      </ol>
    </>
  );
}
