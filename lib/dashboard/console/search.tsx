import type { FormEvent } from "react";
import type { ToldConnections, ToldMiner as Miner } from "../../protocol/mod.ts";
import type { Api } from "./api.ts";
import { useConsole } from "./context.ts";
import { linkTo } from "./place.ts";

/** Finds a miner, a prediction or a connection by what is typed, and goes there. */
export function Search() {
  const { api } = useConsole();
  const submit = async (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    const text = String(new FormData(event.currentTarget).get("text")).trim();
    if (text !== "") {
      location.hash = await find(api, text).catch(() => linkTo("predictions", { search: text }));
    }
  };
  return (
    <form role="search" className="console-search" onSubmit={(event) => void submit(event)}>
      <input
        name="text"
        type="search"
        className="field"
        placeholder="Hotkey, uid, prediction, connection"
        aria-label="Search for a hotkey, a uid, a prediction or a connection"
      />
    </form>
  );
}

/** Where it is: what is neither a miner nor a connection may be a prediction, lately or in the store. */
async function find(api: Api, text: string): Promise<string> {
  const { miners } = await api.get<{ miners: readonly Miner[] }>("admin/miners");
  const found = miners.filter(({ uid, hotkey }) => String(uid) === text || hotkey.startsWith(text));
  const [miner] = found;
  if (miner !== undefined) {
    return linkTo("miners", found.length === 1 ? { open: miner.hotkey } : { search: text });
  }
  if (/^c\w+$/.test(text)) {
    const { connections, ended = [] } = await api.get<ToldConnections>("admin/connections?ended=1000");
    if (connections.some(({ id }) => id === text)) return linkTo("connections", { open: text });
    if (ended.some(({ id }) => id === text)) return linkTo("connections", { show: "ended", open: text });
  }
  return linkTo("predictions", { search: text });
}
