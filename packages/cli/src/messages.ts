import { type Failure, type FailureKind, OPTIONS, type OptionName } from '@bindery/server'
import { EXIT, type ExitCode } from './exit-codes.js'
import { ENGLISH } from './messages/en.js'
import type { Sentences } from './messages/sentences.js'
import { CHINESE } from './messages/zh.js'

export interface Messages extends Omit<Sentences, 'failures' | 'options'> {
  readonly failure: (failure: Failure) => string
  readonly option: (name: OptionName) => string
}

export type Language = 'en' | 'zh'

/** The language that `BINDERY_LANG`, `LC_ALL`, `LC_MESSAGES` or `LANG` asks for, the first of them that is set. */
export function languageOf(env: Readonly<Record<string, string | undefined>>): Language {
  const locale = env.BINDERY_LANG || env.LC_ALL || env.LC_MESSAGES || env.LANG || ''
  return locale.toLowerCase().startsWith('zh') ? 'zh' : 'en'
}

export function messagesIn(language: Language): Messages {
  const sentences: Sentences = language === 'zh' ? CHINESE : ENGLISH
  const { failures, options } = sentences
  return {
    ...sentences,
    failure: ({ kind, details }) => (failures[kind] as (details: unknown) => string)(details),
    option: (name) => options?.[name] ?? OPTIONS[name].sentence,
  }
}

const USAGE_KINDS: ReadonlySet<FailureKind> = new Set([
  'unknownFlag',
  'unknownVariable',
  'unexpectedArgument',
  'valueMissing',
  'valueInvalid',
  'keyHalfGiven',
  'adminArgument',
  'adminCommandUnknown',
  'adminKeyMissing',
  'fileUnreadable',
])

/** The exit code for a kind of failure. */
export function failureExit({ kind }: Failure): ExitCode {
  if (kind === 'adminRefused') return EXIT.refused
  return USAGE_KINDS.has(kind) ? EXIT.usage : EXIT.failed
}
