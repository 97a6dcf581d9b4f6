import type { NeighbouringPrediction, PredictionProof } from "../../protocol/mod.ts";
import { useEffect, useState } from "react";
import { formatCount, shorten } from "../model/format.ts";
import { useReading } from "./context.ts";
import { Facts } from "./figures.tsx";
import { linkTo } from "./place.ts";
import type { Inspection } from "./verifier/tasks.ts";
import { check } from "./verifier/verifier.ts";
import { formatWhen } from "./when.ts";

/** What was accepted, and its place in the chain of receipts. */
export function ReceiptProof({ sequence }: { readonly sequence: number }) {
  const { data: proof, error } = useReading<PredictionProof>(`admin/predictions/${sequence}`);
  if (error !== undefined) return <p className="problem">{error}</p>;
  if (proof === undefined) return <p className="remark">Reading the receipt</p>;
  const { prediction: { hotkey, receipt, received_at }, text, before, after } = proof;
  return (
    <>
      <h3>Receipt</h3>
      <Facts
        facts={[
          ["Accepted", formatWhen(received_at)],
          ["Of", <a key="miner" href={linkTo("miners", { open: hotkey })}>{shorten(hotkey, 20)}</a>],
          ["Sequence", formatCount(sequence)],
          ["Of this miner", formatCount(receipt.miner_sequence)],
          ["Hash of what was accepted", <code key="hash">{receipt.hash}</code>],
          ["Hash of the receipt before", <code key="previous">{receipt.previous}</code>],
        ]}
      />
      <Checks proof={proof} />
      <h3>In the chain</h3>
      <ol className="timeline">
        <Place neighbour={before} missing={receipt.miner_sequence === 1 ? "It is the first" : "Pruned"} />
        <li>
          <strong>{formatCount(receipt.miner_sequence)}: this one</strong>
        </li>
        <Place neighbour={after} missing="It is the last" />
      </ol>
      <a href={linkTo("receipts", { miner: hotkey })}>Check all receipts of this miner</a>
      <h3>What was accepted</h3>
      <pre className="command" tabIndex={0}>{text}</pre>
    </>
  );
}

function Place(
  { neighbour, missing }: { readonly neighbour: NeighbouringPrediction | null; readonly missing: string },
) {
  if (neighbour === null) return <li className="hint">{missing}</li>;
  const { prediction_id, receipt: { miner_sequence, sequence } } = neighbour;
  return (
    <li>
      {formatCount(miner_sequence)}: <code>{shorten(prediction_id, 24)}</code>, sequence{" "}
      {formatCount(sequence)}
    </li>
  );
}

/** The validator's word on it, checked here and not by the server that gave it. */
function Checks({ proof }: { readonly proof: PredictionProof }) {
  const [inspection, setInspection] = useState<Inspection>();
  const [problem, setProblem] = useState<string>();
  useEffect(() => {
    const gone = new AbortController();
    check("inspect", proof, { signal: gone.signal }).then(
      setInspection,
      (error) => gone.signal.aborted || setProblem((error as Error).message),
    );
    return () => gone.abort();
  }, [proof]);
  if (problem !== undefined) return <p className="problem" role="alert">{problem}</p>;
  const { isSigned, isOfPrediction, followsBefore, isFollowed, signedText } = inspection ?? {};
  return (
    <>
      <h3>Checked in this browser</h3>
      <ul className="checks" aria-busy={inspection === undefined}>
        <Check holds={isSigned} says="signature">The validator signed this receipt</Check>
        <Check holds={isOfPrediction} says="hash">Its hash is that of what was accepted</Check>
        <Check holds={followsBefore} says="before">It follows the receipt before it</Check>
        <Check holds={isFollowed} says="after">The receipt after it follows it</Check>
      </ul>
      <Facts facts={[["Validator", <code key="validator">{proof.validator}</code>]]} />
      <h3>The signed text</h3>
      <pre className="command" tabIndex={0} aria-label="The text that the validator signed">{signedText}</pre>
    </>
  );
}

interface CheckProps {
  /** Undefined where it is not known, or there is nothing to hold it against. */
  readonly holds: boolean | undefined;
  readonly says: string;
  readonly children: string;
}

function Check({ holds, says, children }: CheckProps) {
  const [tone, word] = holds === undefined ? ["waiting", "–"] : holds ? ["healthy", "yes"] : ["down", "NO"];
  return (
    <li data-value={says}>
      <span className="badge" data-tone={tone}>{word}</span> {children}
    </li>
  );
}
