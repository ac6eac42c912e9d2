import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { Failure } from '../failure.js'
import type { RootKey } from '../root-key.js'

/** The file of the root key in a data folder. */
export const rootKeyFile = (folder: string): string => join(folder, 'keys.json')

/** The root key of a data folder, whether a server uses it or not. Throws Failure `adminKeyMissing`, `fileDamaged`. */
export async function requireRootKey(folder: string): Promise<Pick<RootKey, 'accessKeyId' | 'accessKeySecret'>> {
  const file = rootKeyFile(folder)
  const text = await readFile(file, 'utf8').catch((cause) => {
    throw new Failure('adminKeyMissing', { file }, { cause })
  })
  return parseRootKey(text, file)
}

/** The key in the text of its file. Throws Failure `fileDamaged`. */
export function parseRootKey(text: string, file: string): Pick<RootKey, 'accessKeyId' | 'accessKeySecret'> {
  try {
    const { version, accessKeyId, accessKeySecret } = JSON.parse(text) as Record<string, unknown>
    if (version === 1 && isWord(accessKeyId) && isWord(accessKeySecret)) return { accessKeyId, accessKeySecret }
  } catch {}
  throw new Failure('fileDamaged', { file })
}

function isWord(value: unknown): value is string {
  return typeof value === 'string' && value !== ''
}
