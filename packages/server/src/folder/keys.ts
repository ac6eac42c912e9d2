import { randomBytes } from 'node:crypto'
import { resolve } from 'node:path'
import { createKeyRenewal, type Ingredients, type KeyRing, type KeyState } from '@bindery/encryption'
import { type Rewrapped, rewrapKeys } from '@bindery/service'
import { masterKeysIn } from '../encryption/master-keys.js'
import { Failure } from '../failure.js'
import { openDataStores, requireDataFolder } from './data-stores.js'
import { keptKeyRing, writeKeyRing } from './key-ring-file.js'
import {
  keptMasterKeys,
  MASTER_KEYS_VARIABLE,
  masterKeysOfFolder,
  newMasterKey,
  writeMasterKeys,
} from './master-keys.js'

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

/** A master key, without its bytes. */
export interface MasterKeyEntry {
  /** 16 hex digits. */
  readonly id: string
  /** It wraps and seals what is new. */
  readonly isNewest: boolean
  /** The file of the folder, or the variable that gives keys from outside it. */
  readonly heldIn: 'file' | 'variable'
}

/** The master keys of a data folder, the newest first. Throws as `listKeys`. */
export async function listMasterKeys({ folder, masterKeys }: KeyPlace): Promise<readonly MasterKeyEntry[]> {
  const path = resolve(folder)
  await requireDataFolder(path)
  const kept = new Set((await masterKeysOfFolder(path)).map(({ id }) => id))
  const all = masterKeysIn(await keptMasterKeys(path, masterKeys))
  const ids = [...new Set(all.map(({ id }) => id))]
  return ids.map((id, index) => ({ id, isNewest: index === 0, heldIn: kept.has(id) ? 'file' : 'variable' }))
}

/**
 * Puts a new master key before those in the file of a folder; a server must not be using it. Throws Failure `folderLocked`,
 * `masterKeysOutside`, and as `listKeys`.
 */
export async function generateMasterKey(place: KeyPlace): Promise<MasterKeyEntry> {
  if (place.masterKeys !== undefined) throw new Failure('masterKeysOutside', { variable: MASTER_KEYS_VARIABLE })
  const path = resolve(place.folder)
  await requireDataFolder(path)
  const stores = await openDataStores(path, BUFFER_BYTES)
  try {
    const key = newMasterKey()
    await writeMasterKeys(path, [key, ...(await masterKeysOfFolder(path))])
    return { id: key.id, isNewest: true, heldIn: 'file' }
  } finally {
    await stores.close()
  }
}

/**
 * Puts everything under the newest master key, and removes another one from the file of a folder; a server must not be using
 * it. Throws Failure `masterKeyUnknown`, `masterKeyNewest`, `masterKeysOutside`, and as `rewrapFolder`.
 */
export async function retireMasterKey(place: KeyPlace, id: string): Promise<Rewrapped> {
  const entries = await listMasterKeys(place)
  const found = entries.find((entry) => entry.id === id)
  if (found === undefined) throw new Failure('masterKeyUnknown', { id, folder: resolve(place.folder) })
  if (found.isNewest) throw new Failure('masterKeyNewest', { id })
  if (found.heldIn === 'variable') throw new Failure('masterKeysOutside', { variable: MASTER_KEYS_VARIABLE })
  return rewrap(place, async (path) => {
    const kept = await masterKeysOfFolder(path)
    await writeMasterKeys(
      path,
      kept.filter((key) => key.id !== id),
    )
  })
}

/**
 * Puts data keys, secrets and the keys of KMS under the newest master key; a server must not be using the folder. Older master
 * keys are needed no more. Throws Failure `folderLocked`, `masterKeyMissing`, and as `listKeys`.
 */
export function rewrapFolder(place: KeyPlace): Promise<Rewrapped> {
  return rewrap(place, async () => {})
}

/** `then` is called when all is under the newest master key, and no server can use the folder. */
async function rewrap(place: KeyPlace, then: (path: string) => Promise<void>): Promise<Rewrapped> {
  const path = resolve(place.folder)
  await requireDataFolder(path)
  const masters = masterKeysIn(await keptMasterKeys(path, place.masterKeys))
  const stores = await openDataStores(path, BUFFER_BYTES)
  try {
    const ring = (await keptKeyRing(path, masters[0])).rewrapped(masters, { master: masters[0], random: randomBytes })
    if (ring === undefined) throw new Failure('masterKeyMissing', { folder: path })
    const rewrapped = await rewrapKeys(stores.metadata, createKeyRenewal(masters, randomBytes))
    await writeKeyRing(path, ring)
    await then(path)
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
