/** What a client asks for, in full: the model and the service are asked the same. */
import type { ContentId } from './contents.js'
import type { Piece } from './model-state.js'

/** `bucket/key`. */
export type Place = string
/** What a test calls an upload; the service's id is learned when it answers. */
export type UploadHandle = string
/** An ETag as the service showed it, or the name of one that it has not shown yet. */
export type Tag = string

export interface Range {
  readonly start: number
  readonly end: number
}

export interface ListedPart {
  readonly number: number
  readonly tag: Tag
}

export interface ListQuery {
  readonly bucket: string
  readonly prefix: string
  readonly delimiter: string
  readonly marker: string
  /** Entries of a page. All pages are asked for, one after another. */
  readonly max: number
}

/** A callback that a client asks for. */
export interface Callback {
  /** Names it to the application, which says it again: of a Complete, its upload. */
  readonly token: string
  /** Whether the application will answer as it should. */
  readonly isAccepted: boolean
}

/** When an upload completes itself: as soon as it has so many parts, or so many bytes. */
export interface AutoComplete {
  readonly parts?: number
  readonly size?: number
  /** CRC-64 that the object must have, decimal. */
  readonly crc?: string
}

export type Step =
  | {
      readonly kind: 'put'
      readonly place: Place
      readonly content: ContentId
      readonly forbid: boolean
      readonly meta: string
      readonly callback: Callback | undefined
    }
  | { readonly kind: 'get'; readonly place: Place; readonly range: Range | undefined }
  | { readonly kind: 'delete'; readonly place: Place }
  | {
      readonly kind: 'copy'
      readonly source: Place
      readonly place: Place
      readonly forbid: boolean
      readonly meta: string | undefined
    }
  | {
      readonly kind: 'initiate'
      readonly place: Place
      readonly upload: UploadHandle
      readonly meta: string
      readonly forbid: boolean
      readonly sequential: boolean
      readonly auto: AutoComplete | undefined
    }
  | {
      readonly kind: 'part'
      readonly place: Place
      readonly upload: UploadHandle
      readonly number: number
      readonly content: ContentId
    }
  | {
      readonly kind: 'copyPart'
      readonly place: Place
      readonly upload: UploadHandle
      readonly number: number
      readonly source: Place
      readonly range: Range | undefined
    }
  | {
      readonly kind: 'complete'
      readonly place: Place
      readonly upload: UploadHandle
      readonly parts: readonly ListedPart[] | 'all'
      readonly forbid: boolean
      readonly callback: Callback | undefined
    }
  | { readonly kind: 'abort'; readonly place: Place; readonly upload: UploadHandle }
  | {
      readonly kind: 'listParts'
      readonly place: Place
      readonly upload: UploadHandle
      readonly after: number
      readonly max: number
    }
  | ({ readonly kind: 'listUploads'; readonly after: UploadHandle | undefined } & ListQuery)
  | ({ readonly kind: 'listObjects'; readonly version: 1 | 2 } & ListQuery)
  | { readonly kind: 'stat'; readonly bucket: string }

export type StepOf<K extends Step['kind']> = Extract<Step, { kind: K }>

/** What happens after a step has changed something and before it is answered, or without anybody's asking. */
export type Deed =
  /** Copied bytes become a part. */
  | {
      readonly kind: 'land'
      readonly place: Place
      readonly upload: UploadHandle
      readonly piece: Piece
      readonly contentRange: string | undefined
    }
  | { readonly kind: 'completeItself'; readonly upload: UploadHandle; readonly answer: Reply }
  /** What the application said is kept. */
  | { readonly kind: 'tell'; readonly upload: UploadHandle; readonly answer: Reply }
  /** A lifecycle rule aborts the upload of an id. */
  | { readonly kind: 'expire'; readonly place: Place; readonly id: string }

export type DeedOf<K extends Deed['kind']> = Extract<Deed, { kind: K }>

/** What was answered, as far as the model can foresee it: plain data. `lost`: nothing is known of the outcome. */
export type Answer = Reply | 'lost'
export interface Reply {
  readonly [name: string]: unknown
}

export const OWN_BUCKETS = ['first', 'second'] as const

export function splitPlace(place: Place): { readonly bucket: string; readonly key: string } {
  const slash = place.indexOf('/')
  return { bucket: place.slice(0, slash), key: place.slice(slash + 1) }
}
