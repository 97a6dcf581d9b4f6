import { type ReactNode, useId, useRef, useState } from "react";
import { ApiError, type Change, curlOf } from "./api.ts";
import { useConsole, useUnlocked } from "./context.ts";

interface ActionProps {
  readonly label: string;
  /** What it does, as a sentence. */
  readonly meaning: string;
  readonly change: Change;
  readonly isDangerous?: boolean;
  readonly disabled?: boolean;
  /** False while what was typed is not in order yet. */
  readonly isReady?: boolean;
  readonly onOpen?: () => void;
  readonly onDone?: (answer: unknown) => void;
  /** It is not shown any more. */
  readonly onClose?: () => void;
  /** What came of it, in words. */
  readonly describe?: (answer: unknown) => string;
  readonly children?: ReactNode;
}

/** A button that changes something: it says what, shows the command that does the same, and asks again. */
export function Action(props: ActionProps) {
  /** As it was when it was asked for: once it is done, it may offer something else. */
  const [asked, setAsked] = useState<ActionProps>();
  const { label, meaning, change, isDangerous = false, isReady = true } = asked ?? props;
  const { api } = useConsole();
  const unlocked = useUnlocked();
  const dialog = useRef<HTMLDialogElement>(null);
  const id = useId();
  const [outcome, setOutcome] = useState<{ readonly text: string; readonly failed: boolean }>();
  const [busy, setBusy] = useState(false);
  const act = async () => {
    setBusy(true);
    setAsked(props);
    try {
      const { onDone, describe } = props;
      const answer = await api.change(change);
      setOutcome({ text: describe?.(answer) ?? "Done", failed: false });
      onDone?.(answer);
    } catch (error) {
      // It may be put right, and tried again.
      setAsked(undefined);
      const isLocked = error instanceof ApiError && error.code === "locked";
      setOutcome({ text: isLocked ? "Actions are locked" : (error as Error).message, failed: true });
    }
    setBusy(false);
  };
  const open = () => {
    setOutcome(undefined);
    setAsked(undefined);
    props.onOpen?.();
    dialog.current?.showModal();
  };
  return (
    <>
      <button
        type="button"
        className="button"
        data-kind={props.isDangerous === true ? "danger" : undefined}
        disabled={props.disabled}
        onClick={open}
      >
        {props.label}
      </button>
      <dialog ref={dialog} aria-labelledby={id} onClose={props.onClose}>
        <h2 id={id}>{label}</h2>
        <p>{meaning}</p>
        {props.children}
        <pre
          className="command"
          tabIndex={0}
          aria-label="The command that does the same"
        >{curlOf(change)}</pre>
        <p className={outcome?.failed ? "problem" : "hint"} role="status">
          {outcome?.text ?? (unlocked ? "" : "Unlock actions first, at the top of the page.")}
        </p>
        <div className="buttons">
          <button type="button" className="button" onClick={() => dialog.current?.close()}>Close</button>
          {(outcome === undefined || outcome.failed) && (
            <button
              type="button"
              className="button"
              data-kind={isDangerous ? "danger" : "main"}
              disabled={!unlocked || busy || !isReady}
              onClick={() => void act()}
            >
              {label}
            </button>
          )}
        </div>
      </dialog>
    </>
  );
}
