import { type Failure, type FailureDetails, type FailureKind, OPTIONS, type OptionName } from '@bindery/server'
import { EXIT, type ExitCode } from './exit-codes.js'
import type { Language } from './language.js'
import { ENGLISH } from './messages/en.js'
import type { Sentences } from './messages/sentences.js'
import { CHINESE } from './messages/zh.js'

/** The texts of the command in one language. */
export interface Messages extends Omit<Sentences, 'failures' | 'options'> {
  readonly failure: (failure: Failure) => string
  readonly option: (name: OptionName) => string
}

/** The texts in a language. Options without a sentence in it are described in English. */
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
  'unknownCommand',
  'unknownFlag',
  'unknownVariable',
  'unexpectedArgument',
  'argumentMissing',
  'valueMissing',
  'valueRefused',
  'valueInvalid',
  'keyHalfGiven',
  'clusterHalfGiven',
  'masterKeysRequired',
  'blobsKeyMissing',
  'repairUnsupported',
  'tlsHalfGiven',
  'instanceRoleProxied',
  'adminArgument',
  'adminCommandUnknown',
  'adminKeyMissing',
  'fileUnreadable',
  'clientUnknown',
  'keyOther',
  'addressInvalid',
  'addressUnfit',
  'confirmationNeeded',
  'profileUnknown',
  'profileForeign',
  'settingMissing',
])

/** The exit code for a kind of failure. */
export function failureExit({ kind, details }: Failure): ExitCode {
  if (kind === 'adminRefused' || kind === 'requestRefused') return EXIT.refused
  if (kind === 'transferFailed') return transferExit((details as FailureDetails['transferFailed']).code)
  if (kind === 'uploadIncomplete') return EXIT.found
  return USAGE_KINDS.has(kind) ? EXIT.usage : EXIT.failed
}

/** The exit code of a transfer that failed on this machine, by the code of the client library. */
export function transferExit(code: string): ExitCode {
  if (code === 'ChecksumMismatch') return EXIT.found
  return code === 'InvalidOption' ? EXIT.usage : EXIT.failed
}
