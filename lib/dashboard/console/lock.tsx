import { type FormEvent, useRef, useState } from "react";
import { useConsole, useUnlocked } from "./context.ts";

/** Allows actions for ten minutes. */
export function Lock() {
  const { api, setSession } = useConsole();
  const unlocked = useUnlocked();
  const dialog = useRef<HTMLDialogElement>(null);
  const [problem, setProblem] = useState("");
  const submit = async (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    const form = event.currentTarget;
    try {
      setSession(await api.unlock(String(new FormData(form).get("token"))));
      form.reset();
      setProblem("");
      dialog.current?.close();
    } catch (error) {
      setProblem((error as Error).message);
    }
  };
  return (
    <>
      <button
        type="button"
        className="button"
        data-kind={unlocked ? "unlocked" : undefined}
        onClick={() => unlocked || dialog.current?.showModal()}
      >
        {unlocked ? "Actions unlocked" : "Unlock actions"}
      </button>
      <dialog ref={dialog} aria-label="Unlock actions">
        <form onSubmit={(event) => void submit(event)}>
          <h2>Unlock actions for ten minutes</h2>
          <label htmlFor="unlock-token">Admin token</label>
          <input
            id="unlock-token"
            name="token"
            className="field"
            type="password"
            autoComplete="off"
            required
          />
          <p className="problem" role="alert">{problem}</p>
          <div className="buttons">
            <button type="button" className="button" onClick={() => dialog.current?.close()}>Cancel</button>
            <button type="submit" className="button" data-kind="main">Unlock</button>
          </div>
        </form>
      </dialog>
    </>
  );
}
