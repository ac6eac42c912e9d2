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

/** A data folder, and master keys that are given from outside it. */
export interface KeyPlace {
  readonly folder: string
  readonly masterKeys?: string | undefined
}

/** The keys of a data folder, which a server may be using. Throws Failure `folderMissing`, `fileDamaged`, `masterKeysInvalid`. */
export async function listKeys(place: KeyPlace): Promise<readonly KeyEntry[]> {
  return entriesOf((await openRing(place)).ring)
}

/** Adds a key. A running server notices each change within a second. Throws as `listKeys`. */
export async function createKey(place: KeyPlace): Promise<KeyEntry> {
  const { path, ring, ingredients } = await openRing(place)
  const { ring: changed, key } = ring.with('', ingredients)
  await writeKeyRing(path, changed)
  return entryOf(changed, key.id)
}

/** Adds a version to a key: it wraps new data keys, and older versions open those that exist. Throws as `setKeyState`. */
export function rotateKey(place: KeyPlace, id: string): Promise<KeyEntry> {
  return changeKey(place, id, (ring, ingredients) => ring.withNewVersion(id, ingredients))
}

/** Enables or disables a key. Throws Failure `keyUnknown`, and as `listKeys`. */
export function setKeyState(place: KeyPlace, id: string, state: KeyState): Promise<KeyEntry> {
  return changeKey(place, id, (ring) => ring.withState(id, state))
}

async function changeKey(
  place: KeyPlace,
  id: string,
  change: (ring: KeyRing, ingredients: Ingredients) => KeyRing,
): Promise<KeyEntry> {
  const { path, ring, ingredients } = await openRing(place)
  if (ring.find(id) === undefined) throw new Failure('keyUnknown', { id, folder: path })
  const changed = change(ring, ingredients)
  await writeKeyRing(path, changed)
  return entryOf(changed, id)
}

async function openRing({ folder, masterKeys }: KeyPlace) {
  const path = resolve(folder)
  await requireDataFolder(path)
  const [master] = masterKeysIn(await keptMasterKeys(path, masterKeys))
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
