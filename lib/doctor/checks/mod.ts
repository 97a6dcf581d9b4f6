import type { Check } from "../check.ts";
import { authentication } from "./authentication.ts";
import { clock } from "./clock.ts";
import { events } from "./events.ts";
import { frames } from "./frames.ts";
import { health } from "./health.ts";
import { http } from "./http.ts";
import { idle } from "./idle.ts";
import { limits } from "./limits.ts";
import { name } from "./name.ts";
import { polling } from "./polling.ts";
import { protocol } from "./protocol.ts";
import { proxy } from "./proxy.ts";
import { roundTrip } from "./round_trip.ts";
import { size } from "./size.ts";
import { tcp } from "./tcp.ts";
import { tls } from "./tls.ts";
import { upgrade } from "./upgrade.ts";
import { upload } from "./upload.ts";

/** What is checked of an endpoint, in this order: what a later one needs, an earlier one has found out. */
export const endpointChecks: readonly Check[] = [
  name,
  tcp,
  tls,
  http,
  health,
  proxy,
  protocol,
  upgrade,
  frames,
  authentication,
  clock,
  roundTrip,
  size,
  upload,
  events,
  polling,
  idle,
  limits,
];
