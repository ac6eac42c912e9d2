import type { FailureDetails, FailureKind, OptionName } from '@bindery/server'

/** A sentence for each kind of failure: what happened, and what to do next. */
export type FailureSentences = { readonly [K in FailureKind]: (details: FailureDetails[K]) => string }

/** Every text of the command that people read, except for log messages. */
export interface Sentences {
  readonly usage: string
  readonly optionsTitle: string
  readonly defaultNote: (value: string) => string
  readonly unknownCommand: (command: string) => string
  readonly crash: string
  readonly endpoint: string
  readonly region: string
  readonly folder: string
  readonly newFolder: string
  readonly secretShownOnce: (file: string) => string
  readonly secretKept: (file: string) => string
  readonly secretFromEnvironment: string
  readonly connect: string
  readonly onlyHere: string
  readonly reachable: string
  readonly howToStop: string
  readonly stopping: string
  readonly stopped: string
  readonly stoppedCutting: (requests: number) => string
  readonly failures: FailureSentences
  /** Sentences of options; the English ones are in the table of options itself. */
  readonly options?: Readonly<Record<OptionName, string>>
}
