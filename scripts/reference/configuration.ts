import { usage as inscribeUsage } from "../../lib/cli/inscribe/settings.ts";
import { usage as minerUsage } from "../../lib/cli/miner/settings.ts";
import {
  describeOptions,
  describeSettings,
  type OptionDescription,
  type SettingDescription,
} from "../../lib/config/mod.ts";
import { wrapped } from "./wrapped.ts";

const opening = [
  "# Configuration",
  "Made from lib/config/settings.ts and the commands by `deno task docs`; edit those files, not this one.",
  "## The gateway",
  wrapped(
    "Every setting of `heliograph serve` is a flag (`--websocket.rate_limit=20`), a variable " +
      "(`HELIOGRAPH_WEBSOCKET_RATE_LIMIT=20`) and a key in a YAML file that `--config=FILE` or `HELIOGRAPH_CONFIG` names, " +
      "nested or with dots. Flags win over variables, those over the file. A number may carry its unit. Secrets are no " +
      "flags, since flags show in the list of processes. A setting that is unknown or malformed stops the start with a " +
      "line that names it.",
  ),
  "```sh\nheliograph config example          # a file with all of them\n" +
  "heliograph config check --port=80  # whether they can be used\n" +
  "heliograph config print            # what applies, and where it comes from\n```",
];

const minerOpening = wrapped(
  "Flags of `heliograph miner`; each is also a variable. Flags win over variables.",
);
const inscribeOpening = wrapped(
  "Flags of `heliograph inscribe`, and the variable `HELIOGRAPH_API_KEY`.",
);

/** docs/configuration.md. */
export function configurationReference(): string {
  const parts = [
    ...opening,
    ...sections(),
    "## The miner",
    minerOpening,
    bullets(describeOptions(minerUsage.options, minerUsage.prefix).map(describeFlag)),
    "## Inscribing",
    inscribeOpening,
    bullets(describeOptions(inscribeUsage.options).map(describeFlag)),
  ];
  return `${parts.join("\n\n")}\n`;
}

/** Settings by the first part of their name; those without a dot come first. */
function sections(): string[] {
  const groups = Map.groupBy(
    describeSettings(),
    ({ name }) => name.includes(".") ? name.split(".")[0] ?? "" : "",
  );
  return [...groups].sort(([a], [b]) => Number(a !== "") - Number(b !== "")).flatMap(([prefix, settings]) => [
    prefix === "" ? "### General" : `### \`${prefix}.\``,
    bullets(settings.map(describeSetting)),
  ]);
}

function describeSetting(setting: SettingDescription): string {
  const { name, doc, allowed, default: fallback, exampleIsDefault, variable, secret } = setting;
  const shown = exampleIsDefault ? `\`${fallback}\`` : fallback;
  const note = secret ? "A secret: no flag." : "";
  return [
    `**\`${name}\`** ${doc} Default: ${shown}. Allowed: ${allowed}.`,
    note,
    `Variable: \`${variable}\``,
  ]
    .filter((part) => part !== "").join(" ");
}

function describeFlag(option: OptionDescription): string {
  const { spelled, doc, allowed, required, valueless, variable, exampleIsDefault } = option;
  const fallback = exampleIsDefault ? `\`${option.default}\`` : option.default;
  return [
    `**\`${spelled}\`** ${doc}`,
    ...required ? ["Required."] : valueless || fallback === "none" ? [] : [`Default: ${fallback}.`],
    ...valueless ? [] : [`Allowed: ${allowed}.`],
    ...variable === undefined ? [] : [`Variable: \`${variable}\``],
  ].join(" ");
}

function bullets(items: readonly string[]): string {
  return items.map((item) => wrapped(item, "- ")).join("\n");
}
