/** Names and ids that are minted here. */
import type { IdSource } from '../domain.js'
import type { IdentityKind } from '../stored/ram-model.js'

const UPPER = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567'
const LETTERS = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789'
const DIGITS = '0123456789'
const FIRST_DIGIT: Readonly<Record<IdentityKind, string>> = { user: '2', role: '3', group: '4' }

/** The id of a user, group or role: 18 decimal digits, as RAM's are. */
export function newIdentityId(idSource: IdSource, kind: IdentityKind): string {
  return FIRST_DIGIT[kind] + randomText(idSource, DIGITS, 17)
}

/** The id of an account: 16 decimal digits. */
export function newAccountId(idSource: IdSource): string {
  return `1${randomText(idSource, DIGITS, 15)}`
}

/** The id of an access key: 24 characters. */
export function newAccessKeyId(idSource: IdSource): string {
  return `BK${randomText(idSource, UPPER, 22)}`
}

/** A secret of 30 letters and digits: 178 bits. */
export function newSecret(idSource: IdSource): string {
  return randomText(idSource, LETTERS, 30)
}

/** Ids of temporary access keys begin with it, and no others. */
export const TEMPORARY_KEY_PREFIX = 'STS.'

/** The id of a temporary access key. */
export function newTemporaryKeyId(idSource: IdSource): string {
  return `${TEMPORARY_KEY_PREFIX}${randomText(idSource, LETTERS, 24)}`
}

function randomText({ random }: IdSource, alphabet: string, length: number): string {
  let text = ''
  while (text.length < length) {
    for (const byte of random(length)) {
      // bytes above the last complete multiple of the alphabet would make its first letters more likely
      if (byte < 256 - (256 % alphabet.length) && text.length < length) text += alphabet[byte % alphabet.length]
    }
  }
  return text
}
