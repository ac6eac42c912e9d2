import { randomBytes } from 'node:crypto'
import { readFile, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { formatKeyRing, KeyRing, type MasterKey, parseKeyRing } from '@bindery/encryption'
import { Failure, systemCode } from '../failure.js'
import { writeDurably } from './durable-file.js'

const fileOf = (folder: string): string => join(folder, 'key-ring.json')

/**
 * The keys of a data folder that requests for KMS name. A ring with one key, the default, is generated if the file is
 * missing. Only its owner can read it. Throws Failure `fileDamaged`.
 */
export async function keptKeyRing(folder: string, master: MasterKey): Promise<KeyRing> {
  const kept = await readKeyRing(folder)
  if (kept !== undefined) return kept
  const { ring } = new KeyRing().with('', { master, now: Date.now(), random: randomBytes })
  await writeKeyRing(folder, ring)
  return ring
}

/** Undefined if the folder has none. Throws Failure `fileDamaged`. */
export async function readKeyRing(folder: string): Promise<KeyRing | undefined> {
  const file = fileOf(folder)
  const text = await readFile(file, 'utf8').catch((error) => {
    if (systemCode(error) === 'ENOENT') return undefined
    throw error
  })
  if (text === undefined) return undefined
  const ring = parseKeyRing(text)
  if (ring === undefined) throw new Failure('fileDamaged', { file })
  return ring
}

/**
 * Replaces the ring of a folder; it is durable when this resolves. Running servers notice the change within
 * `CHECK_MS`. Rejects with the error of the file system.
 */
export function writeKeyRing(folder: string, ring: KeyRing): Promise<void> {
  return writeDurably(fileOf(folder), formatKeyRing(ring), 0o600)
}

/** Milliseconds after which a change of the ring is noticed at the latest. */
export const CHECK_MS = 1_000

/** The ring of a folder, read again when its file was replaced. Each rejects with Failure `fileDamaged`. */
export function keyRingReader(folder: string): () => Promise<KeyRing> {
  let known: { readonly ring: KeyRing; readonly file: string; checkedAt: number } | undefined
  return async () => {
    if (known !== undefined && Math.abs(Date.now() - known.checkedAt) < CHECK_MS) return known.ring
    const checkedAt = Date.now()
    const { ino, ctimeNs } = await stat(fileOf(folder), { bigint: true })
    // file systems give the number of a replaced file to a later one
    const file = `${ino} ${ctimeNs}`
    if (known?.file === file) known.checkedAt = checkedAt
    else known = { ring: (await readKeyRing(folder)) ?? new KeyRing(), file, checkedAt }
    return known.ring
  }
}
