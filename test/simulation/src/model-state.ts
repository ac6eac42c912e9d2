/** The state of the model, and small functions that its steps share. */
import { type ContentId, contentOf } from './contents.js'
import type {
  Algorithm,
  Answer,
  AutoComplete,
  Deed,
  ListedPart,
  Place,
  Reply,
  Tag,
  UploadHandle,
  VersionSymbol,
} from './steps.js'

export type { VersionSymbol } from './steps.js'

/** A range of an object that was one part. */
export interface Piece {
  readonly number: number
  readonly content: ContentId
  readonly tag: Tag
  /** Its bytes were sent or copied; otherwise they are a reference. */
  readonly isOwn: boolean
}

export interface ModelObject {
  readonly content: ContentId
  readonly tag: Tag
  readonly type: 'Normal' | 'Multipart' | 'Appendable'
  readonly meta: string
  /** Identifies the origin of the object's bytes, which a copy shares. */
  readonly birth: string
  readonly pieces: readonly Piece[]
  /** Its bytes came in order, so that their MD5 is known. */
  readonly isHashed: boolean
  readonly encryption: Algorithm | undefined
  readonly storageClass: 'Standard' | 'IA'
  /** `null` in a bucket that keeps no versions. */
  readonly version: VersionSymbol
  /** Names the step that wrote it last: the time of that step is its own. */
  readonly writer: string
}

/** A version: data, or a delete marker. */
export interface ModelVersion {
  readonly version: VersionSymbol
  readonly writer: string
  readonly object: ModelObject | undefined
}

export type Versioning = 'Enabled' | 'Suspended'

export interface ModelUpload {
  readonly place: Place
  readonly meta: string
  readonly sequential: boolean
  readonly auto: AutoComplete | undefined
  /** Whether it must not overwrite when it completes itself. */
  readonly forbid: boolean
  readonly encryption: Algorithm | undefined
  readonly parts: ReadonlyMap<number, Piece>
}

export interface Receipt {
  readonly place: Place
  /** The requested list of parts. */
  readonly list: string
  /** The parts that the object has. */
  readonly exact: readonly ListedPart[]
  readonly answer: Reply
  /** The answer after the callback; `pending` while it is unknown, which it stays if its process dies. */
  readonly callbackAnswer: Reply | 'pending' | undefined
}

export interface State {
  /** The current versions. */
  readonly objects: ReadonlyMap<Place, ModelObject>
  /** The other versions and delete markers of each place, the newest first. */
  readonly versions: ReadonlyMap<Place, readonly ModelVersion[]>
  /** By bucket. */
  readonly versioning: ReadonlyMap<string, Versioning>
  readonly uploads: ReadonlyMap<UploadHandle, ModelUpload>
  readonly receipts: ReadonlyMap<UploadHandle, Receipt>
  /** The default of all buckets; never changes. */
  readonly encryption: Algorithm | undefined
}

export const EMPTY: State = {
  objects: new Map(),
  versions: new Map(),
  versioning: new Map(),
  uploads: new Map(),
  receipts: new Map(),
  encryption: undefined,
}

export interface Outcome {
  readonly answer: Answer
  readonly state: State
  /** A deed that must happen, at a later moment, before the answer is given. */
  readonly rest?: Deed | undefined
}

/** The members of an object that no step states. */
export const NEW_OBJECT = { storageClass: 'Standard' } as const

export const refusal = (status: number, code: string): Reply => ({ status, code })
export const NO_SUCH_UPLOAD = refusal(404, 'NoSuchUpload')
export const NO_SUCH_KEY = refusal(404, 'NoSuchKey')
export const EXISTS = refusal(409, 'FileAlreadyExists')

/** `version`: as answers show it. */
export const described = ({ content, tag }: Pick<ModelObject, 'content' | 'tag'>, version?: VersionSymbol): Reply => ({
  status: 200,
  etag: tag,
  crc: contentOf(content).crc64,
  version,
})

export function uploadOf(
  state: State,
  { upload, place }: { readonly upload: UploadHandle; readonly place: Place },
): ModelUpload | undefined {
  const found = state.uploads.get(upload)
  return found?.place === place ? found : undefined
}

export function withEntry<K, V>(map: ReadonlyMap<K, V>, key: K, value: V): ReadonlyMap<K, V> {
  return new Map(map).set(key, value)
}

export function without<K, V>(map: ReadonlyMap<K, V>, key: K): ReadonlyMap<K, V> {
  const rest = new Map(map)
  rest.delete(key)
  return rest
}
