import { randomBytes } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { AccessKeys, Account } from '@bindery/service'
import { Failure, systemCode } from '../failure.js'
import { writeDurably } from './durable-file.js'

/** The account that owns all buckets. Its id is kept in records, so it is the same whatever its key is. */
export const ROOT_ACCOUNT: Account = { id: '1000000000000001', displayName: '1000000000000001' }

const ID_LENGTH = 20
const SECRET_LENGTH = 30
const UPPER = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567'
const LETTERS = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789'

export interface RootKey {
  readonly accessKeyId: string
  readonly accessKeySecret: string
  /** Made by this start: its only occasion to be shown. */
  readonly isNew: boolean
  /** Where it is kept; undefined if the environment gave it. */
  readonly file: string | undefined
}

/** The root key that a data folder keeps; made at random, readable by its owner alone, if there is none. */
export async function keptRootKey(folder: string): Promise<RootKey> {
  const file = join(folder, 'keys.json')
  const text = await readFile(file, 'utf8').catch((error) => {
    if (systemCode(error) === 'ENOENT') return undefined
    throw error
  })
  if (text !== undefined) return { ...parseKey(text, file), isNew: false, file }
  const key = { accessKeyId: `BK${letters(UPPER, ID_LENGTH - 2)}`, accessKeySecret: letters(LETTERS, SECRET_LENGTH) }
  await writeDurably(file, `${JSON.stringify({ version: 1, ...key }, undefined, 2)}\n`, 0o600)
  return { ...key, isNew: true, file }
}

function parseKey(text: string, file: string): Pick<RootKey, 'accessKeyId' | 'accessKeySecret'> {
  try {
    const { version, accessKeyId, accessKeySecret } = JSON.parse(text) as Record<string, unknown>
    if (version === 1 && isWord(accessKeyId) && isWord(accessKeySecret)) return { accessKeyId, accessKeySecret }
  } catch {}
  throw new Failure('fileDamaged', { file })
}

function isWord(value: unknown): value is string {
  return typeof value === 'string' && value !== ''
}

function letters(alphabet: string, length: number): string {
  let word = ''
  while (word.length < length) {
    for (const byte of randomBytes(length)) {
      // Bytes above the last whole round of the alphabet would make its first letters likelier.
      if (byte < 256 - (256 % alphabet.length) && word.length < length) word += alphabet[byte % alphabet.length]
    }
  }
  return word
}

/** The root account's key as the one that may sign. */
export function rootAccessKeys({ accessKeyId, accessKeySecret }: Omit<RootKey, 'isNew' | 'file'>): AccessKeys {
  const key = { accessKeyId, accessKeySecret, account: ROOT_ACCOUNT }
  return { find: (id) => (id === accessKeyId ? key : undefined) }
}
