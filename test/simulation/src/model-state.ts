/** What the model's world is made of, and small things that its steps share. */
import { type ContentId, contentOf } from './contents.js'
import type { Answer, AutoComplete, Deed, ListedPart, Place, Reply, Tag, UploadHandle } from './steps.js'

/** A stretch of an object that was one part. */
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
  readonly type: 'Normal' | 'Multipart'
  readonly meta: string
  /** Of what the object was made; a copy is made of the same. */
  readonly birth: string
  readonly pieces: readonly Piece[]
  /** Its bytes came in order, so that their MD5 is known. */
  readonly isHashed: boolean
}

export interface ModelUpload {
  readonly place: Place
  readonly meta: string
  readonly sequential: boolean
  readonly auto: AutoComplete | undefined
  /** Whether it may not overwrite when it completes itself. */
  readonly forbid: boolean
  readonly parts: ReadonlyMap<number, Piece>
}

export interface Receipt {
  readonly place: Place
  /** The list that was asked for. */
  readonly list: string
  /** The parts that the object has. */
  readonly exact: readonly ListedPart[]
  readonly answer: Reply
  /** What was told after the callback; `pending` as long as it is not known, for good if its process dies. */
  readonly told: Reply | 'pending' | undefined
}

export interface State {
  readonly objects: ReadonlyMap<Place, ModelObject>
  readonly uploads: ReadonlyMap<UploadHandle, ModelUpload>
  readonly receipts: ReadonlyMap<UploadHandle, Receipt>
}

export const EMPTY: State = { objects: new Map(), uploads: new Map(), receipts: new Map() }

export interface Outcome {
  readonly answer: Answer
  readonly state: State
  /** What is still to be done before the answer is given, at another moment. */
  readonly rest?: Deed | undefined
}

export const refusal = (status: number, code: string): Reply => ({ status, code })
export const NO_SUCH_UPLOAD = refusal(404, 'NoSuchUpload')
export const NO_SUCH_KEY = refusal(404, 'NoSuchKey')
export const EXISTS = refusal(409, 'FileAlreadyExists')

export const described = ({ content, tag }: ModelObject): Reply => ({
  status: 200,
  etag: tag,
  crc: contentOf(content).crc64,
})

export function uploadOf(
  state: State,
  { upload, place }: { readonly upload: UploadHandle; readonly place: Place },
): ModelUpload | undefined {
  const found = state.uploads.get(upload)
  return found?.place === place ? found : undefined
}

export const withObject = (state: State, place: Place, object: ModelObject): State => ({
  ...state,
  objects: withEntry(state.objects, place, object),
})

export function withEntry<K, V>(map: ReadonlyMap<K, V>, key: K, value: V): ReadonlyMap<K, V> {
  return new Map(map).set(key, value)
}

export function without<K, V>(map: ReadonlyMap<K, V>, key: K): ReadonlyMap<K, V> {
  const rest = new Map(map)
  rest.delete(key)
  return rest
}
