import { type FormEvent, useEffect, useMemo, useState } from "react";
import type { ToldSession } from "../../protocol/mod.ts";
import { Api } from "./api.ts";
import { ConsoleContext } from "./context.ts";
import { Feed } from "./feed.ts";
import { Memory } from "./memory.ts";
import { Mark } from "./mark.tsx";
import { Shell } from "./shell.tsx";

type Stage =
  | { readonly kind: "asking" }
  | { readonly kind: "no_token" }
  | { readonly kind: "out"; readonly why: string }
  | { readonly kind: "in"; readonly session: ToldSession };

/** The console: a login, and behind it the pages. */
export function App() {
  const [stage, setStage] = useState<Stage>({ kind: "asking" });
  const api = useMemo(
    () =>
      new Api(() =>
        setStage(({ kind }) => ({ kind: "out", why: kind === "in" ? "You are logged out" : "" }))
      ),
    [],
  );
  useEffect(() => {
    api.session().then(
      ({ configured, session }) => setStage(stageOf(configured, session)),
      (error) => setStage({ kind: "out", why: (error as Error).message }),
    );
  }, [api]);
  if (stage.kind === "asking") return <main className="login" aria-busy="true" />;
  if (stage.kind === "no_token") return <NoToken />;
  if (stage.kind === "out") {
    return <Login api={api} why={stage.why} onLogin={(session) => setStage({ kind: "in", session })} />;
  }
  return (
    <Inside
      api={api}
      session={stage.session}
      setSession={(session) => setStage({ kind: "in", session })}
    />
  );
}

function stageOf(configured: boolean, session: ToldSession | null): Stage {
  if (!configured) return { kind: "no_token" };
  return session === null ? { kind: "out", why: "" } : { kind: "in", session };
}

interface InsideProps {
  readonly api: Api;
  readonly session: ToldSession;
  readonly setSession: (session: ToldSession) => void;
}

function Inside({ api, session, setSession }: InsideProps) {
  const feed = useMemo(
    () =>
      new Feed(new URL("admin/events", document.baseURI), async () => {
        try {
          const { session } = await api.session(true);
          if (session === null) api.end();
          return session !== null;
        } catch {
          // Nobody answers, which says nothing of the session.
          return true;
        }
      }),
    [api],
  );
  useEffect(() => {
    feed.start();
    return () => feed.stop();
  }, [feed]);
  useIdleLogout(api, session.idle_seconds);
  const memory = useMemo(() => new Memory(feed), [feed]);
  const parts = useMemo(() => ({ api, feed, memory, session, setSession }), [
    api,
    feed,
    memory,
    session,
    setSession,
  ]);
  return (
    <ConsoleContext value={parts}>
      <Shell />
    </ConsoleContext>
  );
}

const signsOfLife = ["pointerdown", "keydown", "wheel"] as const;

/** Logs out whoever has left the screen; the server would too. */
function useIdleLogout(api: Api, seconds: number): void {
  useEffect(() => {
    let seenAt = Date.now();
    const seen = () => void (seenAt = Date.now());
    for (const name of signsOfLife) addEventListener(name, seen, { passive: true });
    const timer = setInterval(() => {
      if (Date.now() - seenAt > 1000 * seconds) void api.logout().catch(() => {});
    }, 5000);
    return () => {
      clearInterval(timer);
      for (const name of signsOfLife) removeEventListener(name, seen);
    };
  }, [api, seconds]);
}

interface LoginProps {
  readonly api: Api;
  readonly why: string;
  readonly onLogin: (session: ToldSession) => void;
}

function Login({ api, why, onLogin }: LoginProps) {
  const [token, setToken] = useState("");
  const [problem, setProblem] = useState(why);
  const [busy, setBusy] = useState(false);
  const submit = async (event: FormEvent) => {
    event.preventDefault();
    setBusy(true);
    try {
      onLogin(await api.login(token));
    } catch (error) {
      setProblem((error as Error).message);
      setBusy(false);
    }
  };
  return (
    <main className="login">
      <form className="card" onSubmit={(event) => void submit(event)}>
        <h1>
          <Mark /> Heliograph console
        </h1>
        <label htmlFor="token">Admin token</label>
        <input
          id="token"
          className="field"
          type="password"
          autoComplete="current-password"
          required
          autoFocus
          value={token}
          onChange={({ target }) => setToken(target.value)}
        />
        <p className="problem" role="alert">{problem}</p>
        <button type="submit" className="button" data-kind="main" disabled={busy}>Log in</button>
        <p className="hint">
          The session ends after 15 minutes without use. Until you unlock them, it changes nothing.
        </p>
      </form>
    </main>
  );
}

function NoToken() {
  return (
    <main className="login">
      <div className="card">
        <h1>
          <Mark /> Heliograph console
        </h1>
        <p>
          No admin token is configured, so nobody can log in. Set one and start the gateway again:
        </p>
        <pre className="command">export HELIOGRAPH_ADMIN_TOKEN=$(openssl rand -hex 16)</pre>
      </div>
    </main>
  );
}
