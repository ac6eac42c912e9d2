import { randomBytes } from 'node:crypto'
import {
  createKeyRenewal,
  type Ingredients,
  type KeyRing,
  type KeyState,
  MASTER_KEY_BYTES,
  masterKeyOf,
} from '@bindery/encryption'
import { type Rewrapped, rewrapKeys } from '@bindery/service'
import type { MetadataStore } from '@bindery/storage'
import { Failure } from '../failure.js'
import type { KeyHome } from '../key-home.js'
import { type KeyPlace, openKeyHome } from '../open-deployment.js'

const MASTER_KEYS_VARIABLE = 'BINDERY_MASTER_KEYS'

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

/** The keys of a place, which servers may be using. Throws Failure `folderMissing`, `fileDamaged`, `masterKeysInvalid`, and as `openDeployment`. */
export function listKeys(place: KeyPlace): Promise<readonly KeyEntry[]> {
  return inHome(place, async (home) => entriesOf(await home.ring()))
}

/** Adds a key. A running server notices each change within a second. Throws as `listKeys`. */
export function createKey(place: KeyPlace): Promise<KeyEntry> {
  return inHome(place, async (home) => {
    const { ring, key } = (await home.ring()).with('', ingredientsOf(home))
    await home.writeRing(ring)
    return entryOf(ring, key.id)
  })
}

/** Adds a version to a key: it wraps new data keys, and older versions open those that exist. Throws as `setKeyState`. */
export function rotateKey(place: KeyPlace, id: string): Promise<KeyEntry> {
  return changeKey(place, id, (ring, ingredients) => ring.withNewVersion(id, ingredients))
}

/** Enables or disables a key. Throws Failure `keyUnknown`, and as `listKeys`. */
export function setKeyState(place: KeyPlace, id: string, state: KeyState): Promise<KeyEntry> {
  return changeKey(place, id, (ring) => ring.withState(id, state))
}

function changeKey(
  place: KeyPlace,
  id: string,
  change: (ring: KeyRing, ingredients: Ingredients) => KeyRing,
): Promise<KeyEntry> {
  return inHome(place, async (home) => {
    const ring = await home.ring()
    if (ring.find(id) === undefined) throw new Failure('keyUnknown', { id, folder: home.location })
    const changed = change(ring, ingredientsOf(home))
    await home.writeRing(changed)
    return entryOf(changed, id)
  })
}

const ingredientsOf = ({ masters }: KeyHome): Ingredients => ({
  master: masters[0],
  now: Date.now(),
  random: randomBytes,
})

async function inHome<T>(place: KeyPlace, work: (home: KeyHome) => Promise<T>): Promise<T> {
  const home = await openKeyHome(place)
  try {
    return await work(home)
  } finally {
    await home.close()
  }
}

/** A master key, without its bytes. */
export interface MasterKeyEntry {
  /** 16 hex digits. */
  readonly id: string
  /** It wraps and seals what is new. */
  readonly isNewest: boolean
  /** A file of the data folder, or the variable that gives keys from outside. */
  readonly heldIn: 'file' | 'variable'
}

/** The master keys of a place, the newest first. Throws as `listKeys`. */
export function listMasterKeys(place: KeyPlace): Promise<readonly MasterKeyEntry[]> {
  return inHome(place, async (home) => mastersOf(home))
}

function mastersOf({ masters, kept }: KeyHome): readonly MasterKeyEntry[] {
  const inFile = new Set(kept.map(({ id }) => id))
  const ids = [...new Set(masters.map(({ id }) => id))]
  return ids.map((id, index) => ({ id, isNewest: index === 0, heldIn: inFile.has(id) ? 'file' : 'variable' }))
}

/**
 * Puts a new master key before those that a data folder keeps; a server must not be using it. Throws Failure `folderLocked`,
 * `masterKeysOutside`, and as `listKeys`.
 */
export function generateMasterKey(place: KeyPlace): Promise<MasterKeyEntry> {
  return inHome(place, async (home) => {
    const { writeKept, kept, masters } = home
    const isOutside = masters.length > kept.length
    if (writeKept === undefined || isOutside) throw outside()
    return whileIdle(home, async () => {
      const key = masterKeyOf(randomBytes(MASTER_KEY_BYTES))
      await writeKept([key, ...kept])
      return { id: key.id, isNewest: true, heldIn: 'file' }
    })
  })
}

/**
 * Puts everything under the newest master key, and removes another one from those that a data folder keeps; a server must not be
 * using it. Throws Failure `masterKeyUnknown`, `masterKeyNewest`, `masterKeysOutside`, and as `rewrap`.
 */
export function retireMasterKey(place: KeyPlace, id: string): Promise<Rewrapped> {
  return inHome(place, async (home) => {
    const found = mastersOf(home).find((entry) => entry.id === id)
    if (found === undefined) throw new Failure('masterKeyUnknown', { id, folder: home.location })
    if (found.isNewest) throw new Failure('masterKeyNewest', { id })
    const { writeKept, kept } = home
    if (writeKept === undefined || found.heldIn === 'variable') throw outside()
    return whileIdle(home, async (metadata) => {
      const rewrapped = await rewrapAll(home, metadata)
      await writeKept(kept.filter((key) => key.id !== id))
      return rewrapped
    })
  })
}

/**
 * Puts data keys, secrets and the keys of KMS under the newest master key; no server may be using the place. Older master
 * keys are needed no more. Throws Failure `folderLocked`, `clusterInUse`, `masterKeyMissing`, and as `listKeys`.
 */
export function rewrap(place: KeyPlace): Promise<Rewrapped> {
  return inHome(place, (home) => whileIdle(home, (metadata) => rewrapAll(home, metadata)))
}

const outside = (): Failure => new Failure('masterKeysOutside', { variable: MASTER_KEYS_VARIABLE })

async function whileIdle<T>(home: KeyHome, work: (metadata: MetadataStore) => Promise<T>): Promise<T> {
  const stores = await home.openStores()
  try {
    return await work(stores.metadata)
  } finally {
    await stores.close()
  }
}

async function rewrapAll(home: KeyHome, metadata: MetadataStore): Promise<Rewrapped> {
  const { masters } = home
  const ring = (await home.ring()).rewrapped(masters, { master: masters[0], random: randomBytes })
  if (ring === undefined) throw new Failure('masterKeyMissing', { folder: home.location })
  const rewrapped = await rewrapKeys(metadata, createKeyRenewal(masters, randomBytes))
  await home.writeRing(ring)
  await home.reseal()
  return rewrapped
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
