/** Counts events of the domain for the metrics of its process, where they happen: each call runs within a request. */
export interface Meter {
  /** An upload became an object; `parts`: the number of its parts. */
  completed(parts: number): void
  /** A repeated Complete got the answer of the first. */
  answeredAgain(): void
  /** A part took the place of an earlier one of its number. */
  replacedPart(): void
  /** The console aborted an upload. */
  abortedInConsole(): void
}

/** Counts nothing. */
export const NO_METER: Meter = {
  completed: () => {},
  answeredAgain: () => {},
  replacedPart: () => {},
  abortedInConsole: () => {},
}
