/** How much a finding matters: notes alone leave the exit code at 0. */
export type Severity = "error" | "warning" | "note";

/** What can be found, whatever endpoint or machine it is found on. */
export interface FindingKind {
  readonly severity: Severity;
  readonly title: string;
  readonly cause: string;
  readonly fix: string;
  /** Commands, or lines of configuration, that belong to the fix. */
  readonly example?: string;
}
