import type { Failure, FailureDetails, FailureKind } from '@bindery/server/local'
import { EXIT, type ExitCode } from './exit-codes.js'
import type { Language } from './language.js'
import { ENGLISH } from './messages/en.js'
import type { Sentences } from './messages/sentences.js'
import { CHINESE } from './messages/zh.js'

/** The texts of the command in one language. */
export interface Messages extends Omit<Sentences, 'failures'> {
  /** `help`: the command line that prints the page of the command that failed. */
  readonly failure: (failure: Failure, help?: string) => string
}

/** The texts in a language. */
export function messagesIn(language: Language): Messages {
  const sentences: Sentences = language === 'zh' ? CHINESE : ENGLISH
  const { failures } = sentences
  return {
    ...sentences,
    failure: ({ kind, details }, help = 'bindery help') =>
      (failures[kind] as (details: unknown, help: string) => string)(details, help),
  }
}

const USAGE_KINDS: ReadonlySet<FailureKind> = new Set([
  'unknownCommand',
  'unknownFlag',
  'unknownVariable',
  'settingUnknown',
  'settingsMalformed',
  'unexpectedArgument',
  'argumentMissing',
  'valueMissing',
  'valueRefused',
  'valueInvalid',
  'keyHalfGiven',
  'clusterHalfGiven',
  'masterKeysRequired',
  'moveSame',
  'masterKeysLacking',
  'blobsKeyMissing',
  'tlsHalfGiven',
  'webhookHalfGiven',
  'webhookWithoutTrail',
  'instanceRoleProxied',
  'adminArgument',
  'adminCommandUnknown',
  'adminKeyMissing',
  'fileUnreadable',
  'fileUnwritable',
  'clientUnknown',
  'keyOther',
  'keyElsewhere',
  'descriptorUnusable',
  'socketTooLong',
  'addressInvalid',
  'bucketNameInvalid',
  'folderNeeded',
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
