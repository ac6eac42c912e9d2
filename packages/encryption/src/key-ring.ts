import { type MasterKey, masterKeyOf } from './master-key.js'
import { masterKeyIdOf, unwrapKey, wrapKey } from './wrapping.js'

/** Whether a key may be used. */
export type KeyState = 'enabled' | 'disabled'

/** A key of the ring. Its versions, newest first, are wrapped under a master key; the newest wraps, all unwrap. */
export interface RingKey {
  /** A UUID. */
  readonly id: string
  readonly state: KeyState
  /** The key of requests that name none. */
  readonly isDefault: boolean
  readonly description: string
  readonly versions: readonly [RingKeyVersion, ...RingKeyVersion[]]
}

/** A version of a key, wrapped. */
export interface RingKeyVersion {
  /** As that of a master key. */
  readonly id: string
  /** Milliseconds since 1970. */
  readonly createdAt: number
  readonly wrapped: Uint8Array
}

/** Handed to the ring for each change, because it has no clock and no randomness of its own. */
export interface Ingredients {
  /** The key that wraps what is new. */
  readonly master: MasterKey
  readonly now: number
  readonly random: (bytes: number) => Uint8Array
}

/** The keys of the local key service. A change makes a new ring. */
export class KeyRing {
  readonly keys: readonly RingKey[]

  constructor(keys: readonly RingKey[] = []) {
    this.keys = keys
  }

  find(id: string): RingKey | undefined {
    return this.keys.find((key) => key.id === id)
  }

  get default(): RingKey | undefined {
    return this.keys.find(({ isDefault }) => isDefault)
  }

  /** With one more key. The first of a ring is its default. */
  with(description: string, ingredients: Ingredients): { readonly ring: KeyRing; readonly key: RingKey } {
    const id = uuid(ingredients.random(16))
    const isDefault = this.default === undefined
    const versions = [newVersion(id, ingredients)] as const
    const key: RingKey = { id, state: 'enabled', isDefault, description, versions }
    return { ring: new KeyRing([...this.keys, key]), key }
  }

  /** With a new version of a key, which wraps from now on. */
  withNewVersion(id: string, ingredients: Ingredients): KeyRing {
    return this.#changed(id, (key) => ({ ...key, versions: [newVersion(id, ingredients), ...key.versions] }))
  }

  withState(id: string, state: KeyState): KeyRing {
    return this.#changed(id, (key) => ({ ...key, state }))
  }

  /** With all versions wrapped under `master` instead; undefined if one cannot be unwrapped with these. */
  rewrapped(masters: readonly MasterKey[], { master, random }: Omit<Ingredients, 'now'>): KeyRing | undefined {
    const keys: RingKey[] = []
    for (const key of this.keys) {
      const [first, ...others] = key.versions.map((version) => {
        const material = openVersion(key.id, version, masters)
        return material && { ...version, wrapped: wrapKey(master, material.key, contextOf(key.id), random(32)) }
      })
      if (first === undefined || others.includes(undefined)) return undefined
      keys.push({ ...key, versions: [first, ...others.flatMap((version) => version ?? [])] })
    }
    return new KeyRing(keys)
  }

  #changed(id: string, change: (key: RingKey) => RingKey): KeyRing {
    return new KeyRing(this.keys.map((key) => (key.id === id ? change(key) : key)))
  }
}

/** The key material of a version; undefined if its master key is missing or it was changed. */
export function openVersion(
  id: string,
  { wrapped }: RingKeyVersion,
  masters: readonly MasterKey[],
): MasterKey | undefined {
  const master = masters.find((one) => one.id === masterKeyIdOf(wrapped))
  const material = master && unwrapKey(master, wrapped, contextOf(id))
  return material && masterKeyOf(material)
}

function newVersion(keyId: string, { master, now, random }: Ingredients): RingKeyVersion {
  const { id, key } = masterKeyOf(random(32))
  return { id, createdAt: now, wrapped: wrapKey(master, key, contextOf(keyId), random(32)) }
}

function contextOf(keyId: string): string {
  return `key ring ${keyId}`
}

function uuid(random: Uint8Array): string {
  const bytes = Buffer.from(random)
  bytes[6] = ((bytes[6] ?? 0) & 0x0f) | 0x40
  bytes[8] = ((bytes[8] ?? 0) & 0x3f) | 0x80
  return bytes.toString('hex').replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5')
}

const FORMAT = 1

/** A ring as JSON. */
export function formatKeyRing({ keys }: KeyRing): string {
  const stored = keys.map(({ versions, ...key }) => ({
    ...key,
    versions: versions.map(({ wrapped, ...version }) => ({
      ...version,
      wrapped: Buffer.from(wrapped).toString('base64'),
    })),
  }))
  return `${JSON.stringify({ format: FORMAT, keys: stored }, undefined, 2)}\n`
}

/** A ring from `formatKeyRing`; undefined if the text is not a ring, or has a newer format. */
export function parseKeyRing(text: string): KeyRing | undefined {
  try {
    const { format, keys } = JSON.parse(text)
    if (format !== FORMAT || !Array.isArray(keys)) return undefined
    const parsed = keys.map(parseKey)
    return parsed.includes(undefined) ? undefined : new KeyRing(parsed.flatMap((key) => key ?? []))
  } catch {
    return undefined
  }
}

function parseKey({ id, state, isDefault, description, versions }: Record<string, unknown>): RingKey | undefined {
  const isSound =
    typeof id === 'string' &&
    (state === 'enabled' || state === 'disabled') &&
    typeof isDefault === 'boolean' &&
    typeof description === 'string' &&
    Array.isArray(versions)
  if (!isSound) return undefined
  const [first, ...others] = versions.map(parseVersion)
  if (first === undefined || others.includes(undefined)) return undefined
  return { id, state, isDefault, description, versions: [first, ...others.flatMap((version) => version ?? [])] }
}

function parseVersion({ id, createdAt, wrapped }: Record<string, unknown>): RingKeyVersion | undefined {
  if (typeof id !== 'string' || typeof createdAt !== 'number' || typeof wrapped !== 'string') return undefined
  return { id, createdAt, wrapped: new Uint8Array(Buffer.from(wrapped, 'base64')) }
}
