import type { OptionName } from '@bindery/server'
import type { FailureDetails, FailureKind } from '@bindery/server/local'
import type { COMMANDS, CommandName, Subject } from '../command.js'
import type { FlagName } from '../flags.js'

/** A sentence for each kind of failure: what happened, and what to do next. `help`: the command line that prints the page of the command. */
export type FailureSentences = {
  readonly [K in FailureKind]: (details: FailureDetails[K], help: string) => string
}

/** The headings of help pages. */
export interface HelpSentences {
  readonly title: string
  /** The form of a command line. */
  readonly usage: string
  /** Headings of the overview. */
  readonly subjects: Readonly<Record<Subject, string>>
  readonly more: string
  /** Lines. */
  readonly exitCodes: string
  readonly examples: string
  /** Headings of the flags of a command, by what they are about. */
  readonly groups: Readonly<Record<'own' | 'selection' | 'properties' | 'server' | 'output', string>>
  /** Heading of the options of `serve`. */
  readonly options: string
  /** Before the values that an option takes, and before the one that it has if nothing sets it. */
  readonly values: string
  readonly fallback: string
}

/** The help page of a command, except for what is the same in every language. */
export interface CommandText {
  readonly summary: string
  /** Lines below the summary. */
  readonly details: readonly string[]
  /** Texts of flags that mean something else here than elsewhere. */
  readonly flags: Readonly<Partial<Record<FlagName, string>>>
}

/** The help of each command. */
export type CommandTexts = {
  readonly [N in CommandName]: CommandText & {
    readonly flags: { readonly [F in (typeof COMMANDS)[N]['flags'][number]]?: string }
  }
}

/** Every text of the command that people read, except for log messages. */
export interface Sentences {
  readonly help: HelpSentences
  readonly commands: CommandTexts
  /** The text of each flag, where its command has none of its own. */
  readonly flags: Readonly<Record<FlagName, string>>
  readonly crash: string
  readonly endpoint: string
  readonly socket: string
  readonly region: string
  readonly folder: string
  readonly newFolder: string
  readonly buckets: string
  readonly hashing: Readonly<Record<'native' | 'wasm', string>>
  readonly secretShownOnce: (file: string) => string
  readonly secretKept: (file: string) => string
  readonly secretFromEnvironment: string
  readonly connect: string
  readonly console: string
  readonly consoleOnce: string
  /** Names the command that has more of them, as it is called here. */
  readonly connectMore: (command: string) => string
  readonly onlyHere: string
  readonly reachable: string
  readonly reachableByTls: string
  /** The source of an option that nothing sets. */
  readonly byDefault: string
  readonly howToStop: string
  readonly stopping: string
  readonly stopped: string
  readonly stoppedCutting: (requests: number) => string
  readonly failures: FailureSentences
  /** Sentences of options; the English ones are in the table of options itself. */
  readonly options?: Readonly<Record<OptionName, string>>
}
