import { randomBytes } from 'node:crypto'
import { resolve } from 'node:path'
import { createKeyRenewal, type Ingredients, type KeyRing, type KeyState } from '@bindery/encryption'
import { type Rewrapped, rewrapKeys } from '@bindery/service'
import { masterKeysIn } from '../encryption/master-keys.js'
import { Failure } from '../failure.js'
import { openDataStores, requireDataFolder } from './data-stores.js'
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

/**
 * Puts data keys, secrets and the keys of KMS under the newest master key; a server must not be using the folder. Older master
 * keys are needed no more. Throws Failure `folderLocked`, `masterKeyMissing`, and as `listKeys`.
 */
export async function rewrapFolder(place: KeyPlace): Promise<Rewrapped> {
  const path = resolve(place.folder)
  await requireDataFolder(path)
  const masters = masterKeysIn(await keptMasterKeys(path, place.masterKeys))
  const stores = await openDataStores(path, BUFFER_BYTES)
  try {
    const ring = (await keptKeyRing(path, masters[0])).rewrapped(masters, { master: masters[0], random: randomBytes })
    if (ring === undefined) throw new Failure('masterKeyMissing', { folder: path })
    const rewrapped = await rewrapKeys(stores.metadata, createKeyRenewal(masters, randomBytes))
    await writeKeyRing(path, ring)
    return rewrapped
  } finally {
    await stores.close()
  }
}

/** Memory for bytes, of which none are read. */
const BUFFER_BYTES = 8 * 1024 * 1024

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
