import { AsyncLocalStorage } from 'node:async_hooks'

/** How one command prints. */
export interface Settings {
  isQuiet: boolean
  /** Whether times have UTC in place of the zone of this machine. */
  isUtc: boolean
  /** Takes of a line of JSON what `--output-query` names. */
  select?: (value: object) => unknown
  /** Makes a line of an object of JSON; undefined where it lacks a name. */
  lineOf?: (value: object) => string | undefined
  /** Whether a line was made by it. */
  hasFormatted?: boolean
  /** Whether the command shares the terminal with others, so that none may draw on it. */
  readonly isOneOfMany: boolean
}

const ofProcess: Settings = { isQuiet: false, isUtc: false, isOneOfMany: false }
const ofCommand = new AsyncLocalStorage<Settings>()

/** The settings of the command that runs. */
export function settings(): Settings {
  return ofCommand.getStore() ?? ofProcess
}

/** Runs a command while others run: the flags for its output are for it alone. */
export function amongOthers<T>(use: () => Promise<T>): Promise<T> {
  return ofCommand.run({ isQuiet: false, isUtc: false, isOneOfMany: true }, use)
}
