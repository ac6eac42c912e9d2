import { randomBytes } from 'node:crypto'
import { resolve } from 'node:path'
import type { Ingredients, KeyRing, KeyState } from '@bindery/encryption'
import { masterKeysIn } from '../encryption/master-keys.js'
import { Failure } from '../failure.js'
import { requireDataFolder } from './data-stores.js'
import { keptKeyRing, writeKeyRing } from './key-ring-file.js'
import { keptMasterKeys } from './master-keys.js'

/** A key that requests for KMS may name, without its material. */
export interface KeyEntry {
  /** A UUID. */
  readonly id: string
  readonly state: KeyState
  /** The key of requests that name none. */
  readonly isDefault: boolean
  /** When each version was made, the newest first, which wraps new data keys; milliseconds since 1970. */
  readonly versions: readonly number[]
}

/** The keys of a data folder, which a server may be using. Throws Failure `folderMissing`, `fileDamaged`. */
export async function listKeys(folder: string): Promise<readonly KeyEntry[]> {
  return entriesOf((await openRing(folder)).ring)
}

/** Adds a key. A running server notices each change within a second. Throws as `listKeys`. */
export async function createKey(folder: string): Promise<KeyEntry> {
  const { path, ring, ingredients } = await openRing(folder)
  const { ring: changed, key } = ring.with('', ingredients)
  await writeKeyRing(path, changed)
  return entryOf(changed, key.id)
}

/** Adds a version to a key: it wraps new data keys, and older versions open those that exist. Throws as `setKeyState`. */
export function rotateKey(folder: string, id: string): Promise<KeyEntry> {
  return changeKey(folder, id, (ring, ingredients) => ring.withNewVersion(id, ingredients))
}

/** Enables or disables a key. Throws Failure `keyUnknown`, and as `listKeys`. */
export function setKeyState(folder: string, id: string, state: KeyState): Promise<KeyEntry> {
  return changeKey(folder, id, (ring) => ring.withState(id, state))
}

async function changeKey(
  folder: string,
  id: string,
  change: (ring: KeyRing, ingredients: Ingredients) => KeyRing,
): Promise<KeyEntry> {
  const { path, ring, ingredients } = await openRing(folder)
  if (ring.find(id) === undefined) throw new Failure('keyUnknown', { id, folder: path })
  const changed = change(ring, ingredients)
  await writeKeyRing(path, changed)
  return entryOf(changed, id)
}

async function openRing(folder: string) {
  const path = resolve(folder)
  await requireDataFolder(path)
  const [master] = masterKeysIn(await keptMasterKeys(path))
  const ring = await keptKeyRing(path, master)
  return { path, ring, ingredients: { master, now: Date.now(), random: randomBytes } }
}

function entriesOf({ keys }: KeyRing): readonly KeyEntry[] {
  return keys.map(({ id, state, isDefault, versions }) => ({
    id,
    state,
    isDefault,
    versions: versions.map(({ createdAt }) => createdAt),
  }))
}

function entryOf(ring: KeyRing, id: string): KeyEntry {
  const entry = entriesOf(ring).find((one) => one.id === id)
  if (entry === undefined) throw new TypeError(`the ring has no key ${id}`)
  return entry
}
