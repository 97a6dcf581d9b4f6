import { type ReactNode, useId, useMemo, useState } from "react";
import type { ToldGame } from "../../../protocol/mod.ts";
import { formatCount, formatCounted } from "../../model/format.ts";
import { Action } from "../action.tsx";
import { useActivity } from "../context.ts";
import { useChecked } from "../verifier/use_checked.ts";
import { check } from "../verifier/verifier.ts";

interface PublishProps {
  /** On the button. */
  readonly label: string;
  /** What the form begins with. */
  readonly game?: ToldGame["game"];
  readonly onDone: () => void;
}

const checkText = (text: string, signal: AbortSignal) => check("games", { text }, { signal });

/** Publishes games by a form or from JSON, which are checked by the rules of the server while they are typed. */
export function PublishGames({ label, game, onDone }: PublishProps) {
  const [way, setWay] = useState<"form" | "json">("form");
  const [form, setForm] = useState(() => formOf(game));
  const [json, setJson] = useState("");
  const connected = useActivity()?.connections.miners;
  // It says when it was made.
  const written = useMemo(
    () => isTouched(form, game) ? JSON.stringify(gameOf(form, game)) : "",
    [form, game],
  );
  const text = way === "json" ? json : written;
  const checked = useChecked(text, checkText);
  const isGood = checked.kind === "good" && checked.outcome.count > 0;
  return (
    <Action
      label={label}
      meaning="The games are stored, and those that changed go to every connected miner."
      change={{
        method: "POST",
        path: "admin/games",
        body: checked.kind === "good" ? checked.outcome.body : '{"games": []}',
      }}
      isReady={isGood}
      onOpen={() => {
        // As it is now, whatever it was when it was opened before.
        setForm(formOf(game));
        setJson("");
      }}
      describe={describePublished}
      onDone={onDone}
    >
      <div className="choice" role="group" aria-label="How games are given">
        {(["form", "json"] as const).map((name) => (
          <button
            key={name}
            type="button"
            aria-pressed={name === way}
            onClick={() => {
              if (name === "json" && json === "" && text !== "") {
                setJson(JSON.stringify(JSON.parse(text), null, 2));
              }
              setWay(name);
            }}
          >
            {name === "form" ? "Form" : "JSON"}
          </button>
        ))}
      </div>
      {way === "form"
        ? <GameForm form={form} isNew={game === undefined} onChange={setForm} />
        : <JsonField text={json} onChange={setJson} />}
      <p className={checked.kind === "bad" ? "problem" : "hint"} role="status">
        {checked.kind === "good"
          ? `${formatCount(checked.outcome.count)} to publish, to ${
            formatCounted(connected ?? NaN, "connected miner")
          }`
          : checked.kind === "bad"
          ? checked.message
          : checked.kind === "checking"
          ? "Checking"
          : "Nothing yet"}
      </p>
    </Action>
  );
}

/** What came of publishing games. */
export function describePublished(answer: unknown): string {
  const { changed, recipients } = answer as { changed: number; recipients: number };
  return `${formatCount(changed)} changed, sent to ${formatCounted(recipients, "miner")}`;
}

function JsonField({ text, onChange }: { readonly text: string; readonly onChange: (text: string) => void }) {
  const id = useId();
  return (
    <>
      <label htmlFor={id}>Games as JSON: one, a list, or {'{"games": [...]}'}</label>
      <textarea
        id={id}
        className="field"
        rows={10}
        spellCheck={false}
        value={text}
        onChange={({ target }) => onChange(target.value)}
      />
    </>
  );
}

/** A game as it stands in a form. */
interface Form {
  readonly game_id: string;
  readonly team_a: string;
  readonly team_b: string;
  readonly sport: string;
  readonly league: string;
  /** Local, as the browser's field has it. */
  readonly starts: string;
  readonly team_a_odds: string;
  readonly team_b_odds: string;
  readonly tie_odds: string;
  readonly can_tie: boolean;
}

const empty: Form = {
  game_id: "",
  team_a: "",
  team_b: "",
  sport: "",
  league: "",
  starts: "",
  team_a_odds: "",
  team_b_odds: "",
  tie_odds: "",
  can_tie: false,
};

function formOf(game: ToldGame["game"] | undefined): Form {
  if (game === undefined) return empty;
  const text = (name: string) => String(game[name] ?? "");
  return {
    game_id: game.game_id,
    team_a: game.team_a,
    team_b: game.team_b,
    sport: text("sport"),
    league: text("league"),
    starts: localTime(game.event_start_date),
    team_a_odds: text("team_a_odds"),
    team_b_odds: text("team_b_odds"),
    tie_odds: text("tie_odds"),
    can_tie: game.can_tie,
  };
}

function isTouched(form: Form, game: ToldGame["game"] | undefined): boolean {
  return JSON.stringify(form) !== JSON.stringify(formOf(game));
}

/** The game that a form stands for; what is missing in the form is missing in it. */
function gameOf(form: Form, game: ToldGame["game"] | undefined): Record<string, unknown> {
  const { starts, team_a_odds, team_b_odds, tie_odds, ...plain } = form;
  const now = new Date().toISOString();
  const isMoved = game === undefined || starts !== localTime(game.event_start_date);
  return {
    create_date: now,
    outcome: "3",
    active: true,
    ...game,
    ...plain,
    last_update_date: now,
    event_start_date: isMoved ? isoTime(starts) : game.event_start_date,
    team_a_odds: numberOf(team_a_odds),
    team_b_odds: numberOf(team_b_odds),
    tie_odds: form.can_tie ? numberOf(tie_odds) : null,
  };
}

function numberOf(text: string): number | undefined {
  return text.trim() === "" ? undefined : Number(text);
}

function isoTime(local: string): string {
  const time = new Date(local);
  return Number.isNaN(time.getTime()) ? "" : time.toISOString();
}

function localTime(iso: string): string {
  const time = new Date(iso);
  if (Number.isNaN(time.getTime())) return "";
  return new Date(time.getTime() - 60_000 * time.getTimezoneOffset()).toISOString().slice(0, 16);
}

interface GameFormProps {
  readonly form: Form;
  /** Another id would be another game. */
  readonly isNew: boolean;
  readonly onChange: (form: Form) => void;
}

function GameForm({ form, isNew, onChange }: GameFormProps) {
  const field = (name: Exclude<keyof Form, "can_tie">, title: string, type = "text") => (
    <Field title={title}>
      <input
        className="field"
        type={type}
        {...(type === "number" ? { step: "any", min: 0 } : {})}
        spellCheck={false}
        disabled={name === "game_id" && !isNew}
        value={form[name]}
        onChange={({ target }) => onChange({ ...form, [name]: target.value })}
      />
    </Field>
  );
  return (
    <div className="fields">
      {field("game_id", "Id")}
      {field("starts", "Starts, in your time", "datetime-local")}
      {field("team_a", "Team A")}
      {field("team_b", "Team B")}
      {field("sport", "Sport")}
      {field("league", "League")}
      {field("team_a_odds", "Odds of team A", "number")}
      {field("team_b_odds", "Odds of team B", "number")}
      <label className="check">
        <input
          type="checkbox"
          checked={form.can_tie}
          onChange={({ target }) => onChange({ ...form, can_tie: target.checked })}
        />
        It can end in a tie
      </label>
      {form.can_tie && field("tie_odds", "Odds of a tie", "number")}
    </div>
  );
}

function Field({ title, children }: { readonly title: string; readonly children: ReactNode }) {
  return (
    <label className="labelled">
      <span>{title}</span>
      {children}
    </label>
  );
}
