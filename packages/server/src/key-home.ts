import type { KeyRing, MasterKey } from '@bindery/encryption'
import type { IdleStores } from './deployment.js'

/** The keys of a place, which servers may be using. */
export interface KeyHome {
  /** For people. */
  readonly location: string
  /** All master keys, the newest first. */
  readonly masters: readonly [MasterKey, ...MasterKey[]]
  /** Those that the place keeps itself; the others are given from outside. */
  readonly kept: readonly MasterKey[]
  /** The keys that requests for KMS name; one is made if none exists. Throws Failure `fileDamaged`, `masterKeyMissing`. */
  ring(): Promise<KeyRing>
  /** Replaces what `ring` has returned. Running servers notice within a second. Throws Failure `keysChanged`. */
  writeRing(ring: KeyRing): Promise<void>
  /** Replaces the master keys that the place keeps; undefined where it keeps none. */
  readonly writeKept: ((keys: readonly MasterKey[]) => Promise<void>) | undefined
  /** The stores, which no server may be using. Throws Failure `folderLocked`, `clusterInUse`. */
  openStores(): Promise<IdleStores>
  /** Seals what is neither in rows nor in the ring under the newest master key. */
  reseal(): Promise<void>
  close(): Promise<void>
}

/** Memory for bytes, of which none are read. */
export const KEY_BUFFER_BYTES = 32 * 1024 * 1024
