import { readFile } from 'node:fs/promises'
import { systemCode } from '../failure.js'
import { newRootKey, type RootKey } from '../root-key.js'
import { writeDurably } from './durable-file.js'
import { parseRootKey, rootKeyFile } from './read-root-key.js'

/**
 * The root key of a data folder, generated if it is missing; its file is readable only by its owner. Throws Failure
 * `fileDamaged`.
 */
export async function keptRootKey(folder: string): Promise<RootKey> {
  const file = rootKeyFile(folder)
  const text = await readFile(file, 'utf8').catch((error) => {
    if (systemCode(error) === 'ENOENT') return undefined
    throw error
  })
  if (text !== undefined) return { ...parseRootKey(text, file), isNew: false, file }
  const key = newRootKey()
  await keepRootKey(folder, key)
  return { ...key, isNew: true, file }
}

/** Gives a data folder a root key. Rejects with the error of the file system. */
export async function keepRootKey(
  folder: string,
  key: Pick<RootKey, 'accessKeyId' | 'accessKeySecret'>,
): Promise<void> {
  await writeDurably(rootKeyFile(folder), `${JSON.stringify({ version: 1, ...key }, undefined, 2)}\n`, 0o600)
}
