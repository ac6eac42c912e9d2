import { randomBytes } from 'node:crypto'
import { createSealer, formatKeyRing, KeyRing, type MasterKey, parseKeyRing } from '@bindery/encryption'
import type { SharedSecrets } from '@bindery/storage-postgres'
import { newCallbackKey } from '../callbacks/callback-key.js'
import { Failure } from '../failure.js'
import type { MovedSecrets } from '../move-place.js'
import { newRootKey, type RootKey } from '../root-key.js'

/** The keys of a cluster, or of the place from which its data come. */
export type KeptKeys = Omit<MovedSecrets, 'masterKeys'>

/** Milliseconds for which a process uses the key ring that it has read. */
const CHECK_MS = 1_000
const ROOT = 'root-key'
const CALLBACK = 'callback-key'
const RING = 'key-ring'

/**
 * The keys that all processes of a cluster share: rows of the database, sealed under the master keys. Each throws Failure
 * `masterKeyMissing` where they were sealed under another one.
 */
export class SharedKeys {
  readonly #secrets: SharedSecrets
  readonly #masters: readonly [MasterKey, ...MasterKey[]]
  readonly #place: string
  #ring: { readonly ring: KeyRing; readonly sealed: Uint8Array | undefined; readonly readAt: number } | undefined

  /** @param place of the database, for people */
  constructor(secrets: SharedSecrets, masters: readonly [MasterKey, ...MasterKey[]], place: string) {
    this.#secrets = secrets
    this.#masters = masters
    this.#place = place
  }

  /** The root key; generated if it is missing. */
  async rootKey(): Promise<RootKey> {
    const made = newRootKey()
    const kept = JSON.parse(await this.#keep(ROOT, async () => JSON.stringify(made)))
    const { accessKeyId, accessKeySecret } = kept
    const isNew = accessKeyId === made.accessKeyId
    return { accessKeyId, accessKeySecret, isNew, file: this.#place }
  }

  /** PEM of the key that signs callbacks; generated if it is missing. */
  callbackKey(): Promise<string> {
    return this.#keep(CALLBACK, newCallbackKey)
  }

  /** Makes a ring with one key for requests for KMS, if it is missing. */
  async keepKeyRing(): Promise<void> {
    const [master] = this.#masters
    await this.#keep(RING, async () => {
      const { ring } = new KeyRing().with('', { master, now: Date.now(), random: randomBytes })
      return formatKeyRing(ring)
    })
  }

  /** The ring, at most CHECK_MS old. */
  async keyRing(): Promise<KeyRing> {
    const now = performance.now()
    if (this.#ring !== undefined && now - this.#ring.readAt < CHECK_MS) return this.#ring.ring
    const sealed = await this.#secrets.read(RING)
    const ring = sealed === undefined ? new KeyRing() : parseKeyRing(this.#open(RING, sealed))
    if (ring === undefined) throw new Failure('fileDamaged', { file: `${RING} in ${this.#place}` })
    this.#ring = { ring, sealed, readAt: now }
    return ring
  }

  /**
   * Replaces the ring that was read last. Throws Failure `keysChanged` if another process has replaced it since: what its keys
   * have wrapped would be lost with them.
   */
  async writeKeyRing(ring: KeyRing): Promise<void> {
    const before = this.#ring?.sealed
    this.#ring = undefined
    const sealed = this.#sealer.seal(Buffer.from(formatKeyRing(ring)), RING)
    const isDone = before !== undefined && (await this.#secrets.exchange(RING, before, sealed))
    if (!isDone) throw new Failure('keysChanged', { place: this.#place })
  }

  /** Those that exist. */
  async all(): Promise<KeptKeys> {
    const root = await this.#read(ROOT)
    return {
      rootKey: root === undefined ? undefined : JSON.parse(root),
      callbackKey: await this.#read(CALLBACK),
      keyRing: await this.#read(RING),
    }
  }

  /** Puts keys in the place of those that exist. */
  async replaceAll({ rootKey, callbackKey, keyRing }: KeptKeys): Promise<void> {
    const texts = { [ROOT]: rootKey && JSON.stringify(rootKey), [CALLBACK]: callbackKey, [RING]: keyRing }
    for (const [name, text] of Object.entries(texts)) {
      if (text !== undefined) await this.#secrets.replace(name, this.#sealer.seal(Buffer.from(text), name))
    }
  }

  async #read(name: string): Promise<string | undefined> {
    const sealed = await this.#secrets.read(name)
    return sealed && this.#open(name, sealed)
  }

  async #keep(name: string, make: () => Promise<string>): Promise<string> {
    const known = await this.#read(name)
    if (known !== undefined) return known
    const sealed = this.#sealer.seal(Buffer.from(await make()), name)
    return this.#open(name, await this.#secrets.keep(name, sealed))
  }

  #open(name: string, sealed: Uint8Array): string {
    const bytes = this.#sealer.open(sealed, name)
    if (bytes === undefined) throw new Failure('masterKeyMissing', { folder: this.#place })
    return Buffer.from(bytes).toString()
  }

  get #sealer() {
    return createSealer(this.#masters, randomBytes)
  }
}
