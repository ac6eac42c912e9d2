import { AsyncLocalStorage } from 'node:async_hooks'

/** The forms of what programs read. */
export type Form = 'json' | 'yaml' | 'xml'

/** How one command prints. */
export interface Settings {
  isQuiet: boolean
  /** Whether times have UTC in place of the zone of this machine. */
  isUtc: boolean
  /** Whether lines of JSON are printed as documents of YAML, or as elements of XML. */
  form?: Form
  /** Whether what ossutil 1 would print is printed, and failures on standard output. */
  readonly isOssutil: boolean
  /** Whether data are not printed. */
  readonly isSilent: boolean
  /** Takes of a line of JSON what `--output-query` names. */
  select?: (value: object) => unknown
  /** Makes a line of an object of JSON; undefined where it lacks a name. */
  lineOf?: (value: object) => string | undefined
  /** Whether a line was made by it. */
  hasFormatted?: boolean
  /** Whether the command shares the terminal with others, so that none may draw on it. */
  readonly isOneOfMany: boolean
}

const DEFAULTS = { isQuiet: false, isUtc: false, isOssutil: false, isSilent: false, isOneOfMany: false }
const ofProcess: Settings = { ...DEFAULTS }
const ofCommand = new AsyncLocalStorage<Settings>()

/** The settings of the command that runs. */
export function settings(): Settings {
  return ofCommand.getStore() ?? ofProcess
}

/** Runs a command while others run: the flags for its output are for it alone. */
export function amongOthers<T>(use: () => Promise<T>): Promise<T> {
  return ofCommand.run({ ...DEFAULTS, isOneOfMany: true }, use)
}

/** Runs a command as ossutil 1; `isSilent` where that would print no data. */
export function asOssutil<T>(isSilent: boolean, use: () => Promise<T>): Promise<T> {
  return ofCommand.run({ ...DEFAULTS, isQuiet: true, isOssutil: true, isSilent }, use)
}
