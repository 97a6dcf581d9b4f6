import { type Check, fine, found, skipped } from "../check.ts";
import type { Host } from "../host.ts";

/** Where the usual services say that they have set the clock. */
const marks = ["/run/systemd/timesync/synchronized"];
const services = ["/run/systemd/timesync", "/run/chrony", "/run/ntpd.pid", "/var/run/ntpd.pid"];

/** Whether a service keeps the time. */
export const clockSync: Check = {
  id: "clock",
  async run({ host }) {
    if (host.os !== "linux") return skipped(`not known on ${host.os}`);
    if (await anyExists(host, marks)) return fine("synchronised by systemd-timesyncd");
    if (!(await anyExists(host, services))) {
      return skipped("no service for the time is seen; in a container, the host's counts");
    }
    if (await host.exists("/run/systemd/timesync")) {
      return found("clock-unsynchronised", "systemd-timesyncd has not synchronised the clock");
    }
    return fine("a time service runs");
  },
};

async function anyExists(host: Host, paths: readonly string[]): Promise<boolean> {
  return (await Promise.all(paths.map(host.exists))).includes(true);
}
