import type { MasterKey } from '@bindery/encryption'
import type { MetadataStore, MovableBlobs, Reader } from '@bindery/storage'
import type { RootKey } from './root-key.js'

/** The secrets of a place. */
export interface MovedSecrets {
  /** Those under which rows and the key ring are sealed, the newest first. */
  readonly masterKeys: readonly MasterKey[]
  /** Undefined where every start is given one. */
  readonly rootKey: Pick<RootKey, 'accessKeyId' | 'accessKeySecret'> | undefined
  /** PEM; undefined where none was made yet. */
  readonly callbackKey: string | undefined
  /** The key ring as text; undefined where none was made yet. */
  readonly keyRing: string | undefined
}

/** A place whose data are copied, which servers may be using. Nothing in it is freed until it is closed. */
export interface MoveSource {
  /** For people. */
  readonly location: string
  readonly metadata: MetadataStore | Reader
  readonly blobs: MovableBlobs
  readonly secrets: MovedSecrets
  /** From its end on nothing is written here, and `metadata` shows everything that was. Reads go on. */
  freeze(to: string): Promise<void>
  close(): Promise<void>
}

/** A place that is filled. Until it is finished no server accepts it, and a later run continues. */
export interface MoveTarget {
  /** For people. */
  readonly location: string
  readonly metadata: MetadataStore
  readonly blobs: MovableBlobs
  /** Throws Failure `masterKeysLacking` if it cannot open what the source has sealed. */
  keep(secrets: MovedSecrets): Promise<void>
  finish(): Promise<void>
  close(): Promise<void>
}

/** Whether `state` shows the source at one moment; otherwise as it is during each read, until it is frozen. */
export interface MoveSourceOptions {
  readonly atOneMoment: boolean
}

/** Memory for blobs on their way. */
export const MOVE_BUFFER_BYTES = 128 * 1024 * 1024
