import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { Failure, systemCode } from '../failure.js'
import { newRootKey, type RootKey } from '../root-key.js'
import { writeDurably } from './durable-file.js'

const fileIn = (folder: string): string => join(folder, 'keys.json')

/**
 * The root key of a data folder, generated if it is missing; its file is readable only by its owner. Throws Failure
 * `fileDamaged`.
 */
export async function keptRootKey(folder: string): Promise<RootKey> {
  const file = fileIn(folder)
  const text = await readFile(file, 'utf8').catch((error) => {
    if (systemCode(error) === 'ENOENT') return undefined
    throw error
  })
  if (text !== undefined) return { ...parseKey(text, file), isNew: false, file }
  const key = newRootKey()
  await writeDurably(file, `${JSON.stringify({ version: 1, ...key }, undefined, 2)}\n`, 0o600)
  return { ...key, isNew: true, file }
}

/** The root key of a data folder, whether a server uses it or not. Throws Failure `adminKeyMissing`, `fileDamaged`. */
export async function requireRootKey(folder: string): Promise<Pick<RootKey, 'accessKeyId' | 'accessKeySecret'>> {
  const file = fileIn(folder)
  const text = await readFile(file, 'utf8').catch((cause) => {
    throw new Failure('adminKeyMissing', { file }, { cause })
  })
  return parseKey(text, file)
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
