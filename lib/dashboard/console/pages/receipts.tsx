import { type DragEvent, type FormEvent, useEffect, useState } from "react";
import type { MinerDetails, ToldMiner as Miner } from "../../../protocol/mod.ts";
import { findingKinds } from "../../../client/receipts/finding.ts";
import { formatCount, formatCounted, formatShare, shorten } from "../../model/format.ts";
import { useConsole, useReading } from "../context.ts";
import { Download } from "../download.tsx";
import { Facts } from "../figures.tsx";
import { useFilter } from "../place.ts";
import type { AuditOutcome } from "../verifier/tasks.ts";
import { type AuditStage, loadReceipts, useAudit } from "../verifier/use_audit.ts";

/** Checks what the validator has vouched for without taking its word, here in the browser. */
export function ReceiptsPage() {
  const { api } = useConsole();
  const [miner, setMiner] = useFilter("miner");
  const { data: health } = useReading<{ validator?: string }>("ws/health");
  const [typed, setTyped] = useFilter("validator");
  const [order, setOrder] = useFilter("order");
  const [name, setName] = useState("");
  const [stage, start] = useAudit();
  const validator = typed || (health?.validator ?? "");
  const anyOrder = order === "any";

  const checkFile = (file: File | undefined) => {
    if (file === undefined) return;
    setMiner("");
    setName(file.name);
    start(() => Promise.resolve({ file, validator, anyOrder }));
  };
  const checkMiner = (hotkey: string) => {
    setName(`${hotkey}.jsonl`);
    start(async (loading) => {
      const { chain: { first } } = await api.get<MinerDetails>(`admin/miners/${hotkey}`);
      const file = await loadReceipts(api, hotkey, first, loading);
      return { file, validator, miner: hotkey, from: first };
    });
  };
  useEffect(() => {
    if (miner !== "" && validator !== "") checkMiner(miner);
    // Typing another validator is not asking for another check.
  }, [miner, validator !== ""]);
  return (
    <>
      <section className="card" aria-labelledby="what">
        <header className="card-head">
          <h2 id="what">What is to be checked</h2>
        </header>
        <div className="choices">
          <FileChoice onFile={checkFile} />
          <MinerChoice
            chosen={miner}
            onChoose={(hotkey) => hotkey === miner ? checkMiner(hotkey) : setMiner(hotkey)}
          />
        </div>
        <div className="pairs">
          <label htmlFor="validator">Signed by</label>
          <input
            id="validator"
            className="field"
            spellCheck={false}
            placeholder="The validator's address"
            value={validator}
            onChange={({ target }) => setTyped(target.value.trim())}
          />
          <label className="check">
            <input
              type="checkbox"
              checked={anyOrder}
              onChange={({ target }) => setOrder(target.checked ? "any" : "")}
            />
            The lines of a file may stand in any order
          </label>
        </div>
        <p className="hint">
          The check runs in this browser, as{" "}
          <code>heliograph receipts verify</code>, and asks nobody. A file has one signed confirmation on each
          line, or is what <code>heliograph miner</code> printed.
        </p>
      </section>
      <Outcome stage={stage} name={name} isOfMiner={miner !== ""} />
    </>
  );
}

function FileChoice({ onFile }: { readonly onFile: (file: File | undefined) => void }) {
  const [isOver, setIsOver] = useState(false);
  const drop = (event: DragEvent) => {
    event.preventDefault();
    setIsOver(false);
    onFile(event.dataTransfer.files[0]);
  };
  return (
    <label
      className="drop"
      data-over={isOver}
      onDragOver={(event) => {
        event.preventDefault();
        setIsOver(true);
      }}
      onDragLeave={() => setIsOver(false)}
      onDrop={drop}
    >
      <span>Drop a file of receipts here, or choose one</span>
      <input
        type="file"
        onChange={({ target }) => {
          onFile(target.files?.[0]);
          target.value = "";
        }}
      />
    </label>
  );
}

interface MinerChoiceProps {
  readonly chosen: string;
  readonly onChoose: (hotkey: string) => void;
}

function MinerChoice({ chosen, onChoose }: MinerChoiceProps) {
  const { data } = useReading<{ miners: readonly Miner[] }>("admin/miners");
  const [problem, setProblem] = useState("");
  const miners = data?.miners ?? [];
  const submit = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    const text = String(new FormData(event.currentTarget).get("miner")).trim();
    const found = miners.find(({ hotkey, uid }) => hotkey === text || String(uid) === text);
    setProblem(found === undefined ? "No miner is registered like that" : "");
    if (found !== undefined) onChoose(found.hotkey);
  };
  return (
    <form className="drop" onSubmit={submit}>
      <label htmlFor="of-miner">Or all that a miner has</label>
      <div className="tools">
        <input
          id="of-miner"
          name="miner"
          className="field"
          placeholder="Hotkey or uid"
          spellCheck={false}
          required
          key={chosen}
          defaultValue={chosen}
        />
        <button type="submit" className="button" data-kind="main">Check</button>
      </div>
      <p className="problem" role="alert">{problem}</p>
    </form>
  );
}

interface OutcomeProps {
  readonly stage: AuditStage;
  readonly name: string;
  readonly isOfMiner: boolean;
}

function Outcome({ stage, name, isOfMiner }: OutcomeProps) {
  if (stage.kind === "none") return null;
  return (
    <section className="card" aria-labelledby="outcome">
      <header className="card-head">
        <h2 id="outcome">{shorten(name, 40)}</h2>
        {stage.kind === "done" && <Verdict outcome={stage.outcome} />}
      </header>
      <p className={stage.kind === "failed" ? "problem" : "hint"} role="status">{describe(stage)}</p>
      {stage.kind === "done" && (
        <>
          <Report outcome={stage.outcome} />
          <div className="buttons">
            <Download
              label="Download the proof"
              name={`${name}.proof.json`}
              make={() => new Blob([proofOf(name, stage.outcome)], { type: "application/json" })}
            />
            {isOfMiner && <Download label="Download the receipts" name={name} make={() => stage.file} />}
          </div>
        </>
      )}
    </section>
  );
}

function describe(stage: AuditStage): string {
  switch (stage.kind) {
    case "none":
      return "";
    case "loading":
      return `Loading: ${formatCount(stage.receipts)} receipts so far`;
    case "checking": {
      const { progress: { lines, bytes }, size } = stage;
      return `Checking: ${formatCount(lines)} lines, ${formatShare(size === 0 ? 0 : bytes / size).value} %`;
    }
    case "failed":
      return stage.message;
    case "done": {
      const { confirmations, refusals, miners } = stage.outcome.report;
      const refused = refusals === 0 ? "" : `, ${formatCount(refusals)} of them refusals`;
      return `${formatCounted(confirmations, "confirmation")}${refused}, of ${
        formatCounted(miners.length, "miner")
      }`;
    }
  }
}

/** A file without a single confirmation is not sound, nor does it prove anything. */
function verdictOf({ report: { sound, confirmations } }: AuditOutcome): string {
  if (confirmations === 0) return sound ? "nothing to check" : "not sound";
  return sound ? "sound" : "not sound";
}

function Verdict({ outcome }: { readonly outcome: AuditOutcome }) {
  const verdict = verdictOf(outcome);
  const tone = verdict === "sound" ? "healthy" : verdict === "not sound" ? "down" : "waiting";
  return <span className="badge" data-tone={tone}>{verdict}</span>;
}

function Report({ outcome: { report, firstBad, digest } }: { readonly outcome: AuditOutcome }) {
  return (
    <>
      {firstBad !== undefined && (
        <div className="finding" data-value="first-bad">
          <h3>The first bad line is line {formatCount(firstBad.line)}</h3>
          <p>
            <strong>{findingKinds[firstBad.kind].meaning}</strong>: {firstBad.message}
          </p>
          <pre className="command" tabIndex={0}>{firstBad.text}</pre>
        </div>
      )}
      {report.findings.length > 0 && (
        <>
          <h3>What was found</h3>
          <ol className="findings">
            {report.findings.slice(0, 100).map(({ kind, line, message }, index) => (
              <li key={index}>
                <span className="badge" data-tone={findingKinds[kind].fault ? "down" : "waiting"}>
                  {kind.replaceAll("_", " ")}
                </span>
                <span>{line === undefined ? "" : `line ${line}: `}{message}</span>
              </li>
            ))}
          </ol>
          <p className="hint">
            {Object.entries(report.counts).map(([kind, count]) =>
              `${formatCount(count)} ${kind.replaceAll("_", " ")}`
            ).join(", ")} in all
          </p>
        </>
      )}
      {report.miners.slice(0, 20).map(({ hotkey, receipts, first, last, head }) => (
        <Facts
          key={hotkey}
          facts={[
            ["Miner", <code key="miner">{hotkey ?? "not named"}</code>],
            ["Receipts", `${formatCount(receipts)}: ${formatCount(first)} to ${formatCount(last)}`],
            ["Head of the chain", <code key="head">{head}</code>],
          ]}
        />
      ))}
      <Facts facts={[["SHA-256 of what was checked", <code key="digest">{digest}</code>]]} />
    </>
  );
}

/** What was found, for whoever is to be shown it; the file itself is what it is held against. */
function proofOf(name: string, outcome: AuditOutcome): string {
  const { report, firstBad, digest } = outcome;
  const proof = {
    file: name,
    sha256: digest,
    checked_at: new Date().toISOString(),
    verdict: verdictOf(outcome),
    first_bad_line: firstBad ?? null,
    report,
  };
  return JSON.stringify(proof, null, 2);
}
