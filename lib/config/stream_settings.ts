import { isJwtKey } from "../crypto/jwt.ts";
import type { PolledDeclaration } from "../protocol/mod.ts";
import { filePath, integer, polledStreams, prefixes, text } from "./kinds.ts";
import { optional, setting } from "./option.ts";

/** Settings of all streams, and of the operator's own. */
export const streamSettings = {
  streams: setting<readonly PolledDeclaration[]>(
    polledStreams,
    [],
    "Streams of your own that are polled from the node: a list, best in the file (docs/own_streams.md).",
    { shownDefault: "none", example: '[{"name": "blocks", "period": 5, "method": "light.latest_header"}]' },
  ),
  "streams.private": setting<readonly string[]>(
    prefixes,
    [],
    "Streams whose name begins like that need a token, and need not be declared: `user:` for one of each user.",
    { shownDefault: "none", example: "user:" },
  ),
  "streams.token_key": optional(
    text("32 to 512 visible ASCII characters", isJwtKey),
    "What subscription tokens are signed with (HS256).",
    { example: "CHANGE-ME", shownDefault: "none", secret: true },
  ),
  "streams.token_key_file": optional(
    filePath,
    "A file with such keys, one a line, of which any may have signed a token; only you may read it.",
    { example: "data/streams.key", shownDefault: "none" },
  ),
  "streams.publish_rate": setting(
    integer(1, 100_000),
    100,
    "Values that may be published to one stream of your own in a second, in bursts of four times that, at each server.",
  ),
  "streams.look_every": setting(
    integer(0, 2_000_000, "s"),
    0,
    "Seconds between looks at the node while nobody listens, so that its charts have no hole; 0: it is asked only while somebody does.",
  ),
};
