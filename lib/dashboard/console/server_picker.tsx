import { Icon } from "./icon.tsx";
import { pages } from "./page_table.ts";
import { linkTo, usePlace } from "./place.ts";
import { useServers } from "./servers.ts";

/** Goes to the console of another server of the store; nothing where there is one alone. */
export function ServerPicker() {
  const { data: servers = [] } = useServers();
  const { page, filters } = usePlace();
  const self = servers.find(({ self }) => self);
  if (self === undefined || servers.length < 2) return null;
  const go = (id: string) => {
    const address = servers.find((server) => server.id === id)?.console ?? null;
    if (address !== null) location.href = `${address}${linkTo(page, Object.fromEntries(filters))}`;
  };
  return (
    <label className="picker">
      <Icon path={pages["servers"]?.icon} size={16} />
      <span>Server</span>
      <select
        className="field"
        aria-label="Server"
        value={self.id}
        onChange={({ target }) => go(target.value)}
      >
        {servers.map(({ id, console, draining }) => (
          <option key={id} value={id} disabled={id !== self.id && console === null}>
            {id === self.id || !draining ? id : `${id}, draining`}
          </option>
        ))}
      </select>
    </label>
  );
}
