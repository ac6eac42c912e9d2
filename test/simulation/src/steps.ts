/** A client's requests in full: the model and the service get the same. */
import type { ContentId } from './contents.js'
import type { Piece } from './model-state.js'

/** `bucket/key`. */
export type Place = string
/** The test's name for an upload; the service's id is learned from its answer. */
export type UploadHandle = string
/** The test's name for a version: `null`, or `^…` for one whose id the service chooses. */
export type VersionSymbol = string
/** An ETag as the service showed it, or the symbol of one that it has not shown yet. */
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
  /** Entries per page. All pages are requested, one after another. */
  readonly max: number
}

/** A callback that a client requests. */
export interface Callback {
  /** Names it to the application, which repeats it: for a Complete, its upload. */
  readonly token: string
  /** Whether the application will accept. */
  readonly isAccepted: boolean
}

/** The condition under which an upload completes itself: this many parts, or this many bytes. */
export interface AutoComplete {
  readonly parts?: number
  readonly size?: number
  /** The declared CRC-64 of the object, decimal. */
  readonly crc?: string
}

/** The algorithm by which a request wants its object encrypted; undefined: as its bucket does by default. */
export type StatedEncryption = 'AES256' | 'SM4' | undefined
export type Algorithm = 'AES256' | 'SM4' | 'KMS'

export type Step =
  | {
      readonly kind: 'put'
      readonly place: Place
      /** Names the version that is made, as in all steps. */
      readonly handle: string
      readonly content: ContentId
      readonly forbid: boolean
      readonly meta: string
      readonly encryption: StatedEncryption
      readonly callback: Callback | undefined
    }
  | {
      readonly kind: 'append'
      readonly place: Place
      readonly handle: string
      readonly position: number
      readonly content: ContentId
      readonly meta: string
      readonly encryption: StatedEncryption
    }
  | {
      readonly kind: 'get'
      readonly place: Place
      readonly version: VersionSymbol | undefined
      readonly range: Range | undefined
    }
  | {
      readonly kind: 'delete'
      readonly place: Place
      readonly version: VersionSymbol | undefined
      readonly handle: string
    }
  | {
      readonly kind: 'copy'
      readonly source: Place
      readonly sourceVersion: VersionSymbol | undefined
      readonly place: Place
      readonly handle: string
      readonly forbid: boolean
      readonly meta: string | undefined
      readonly encryption: StatedEncryption
    }
  | {
      readonly kind: 'initiate'
      readonly place: Place
      readonly upload: UploadHandle
      readonly meta: string
      readonly forbid: boolean
      readonly encryption: StatedEncryption
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
      readonly sourceVersion: VersionSymbol | undefined
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
  | ({ readonly kind: 'listVersions' } & ListQuery)
  | { readonly kind: 'setVersioning'; readonly bucket: string; readonly status: 'Enabled' | 'Suspended' }
  | { readonly kind: 'stat'; readonly bucket: string }

/** Headers of the answer to a copied part. */
export interface ShownCopy {
  readonly contentRange?: string | undefined
  /** The version of the source. */
  readonly from?: VersionSymbol | undefined
}

export type StepOf<K extends Step['kind']> = Extract<Step, { kind: K }>

/** A lifecycle rule acts on an object: it deletes a version, or moves it to IA. */
export type Action = 'expired' | 'moved'

/** A change that happens after a step has had an effect and before it is answered, or without a request. */
export type Deed =
  /** Copied bytes become a part. */
  | {
      readonly kind: 'land'
      readonly place: Place
      readonly upload: UploadHandle
      readonly piece: Piece
      readonly shown: ShownCopy
    }
  | { readonly kind: 'completeItself'; readonly upload: UploadHandle; readonly answer: Reply }
  /** The answer of the application is kept. */
  | { readonly kind: 'answerCallback'; readonly upload: UploadHandle; readonly answer: Reply }
  /** A lifecycle rule aborts the upload with an id. */
  | { readonly kind: 'expire'; readonly place: Place; readonly id: string }
  /** A lifecycle rule deletes a version of an object, or moves it to IA. */
  | {
      readonly kind: 'act'
      readonly place: Place
      /** Undefined: any. */
      readonly id: string | undefined
      readonly action: Action
      /** Whether the rule is about the newest versions, or those that are not current. */
      readonly which: 'newest' | 'others'
      /** Names the delete marker that may be made. */
      readonly handle: string
      /** Whether the rule may act on what the step of that name wrote, by the clock. */
      readonly isDue: (writer: string) => boolean
    }

export type DeedOf<K extends Deed['kind']> = Extract<Deed, { kind: K }>

/** The answer, as far as the model can predict it: plain data. `lost`: the outcome is unknown. */
export type Answer = Reply | 'lost'
export interface Reply {
  readonly [name: string]: unknown
}

export const OWN_BUCKETS = ['first', 'second'] as const
/** The bucket whose versioning is enabled and suspended. */
export const VERSIONED_BUCKET = 'versioned'
export const ALL_BUCKETS = [...OWN_BUCKETS, VERSIONED_BUCKET] as const

export function splitPlace(place: Place): { readonly bucket: string; readonly key: string } {
  const slash = place.indexOf('/')
  return { bucket: place.slice(0, slash), key: place.slice(slash + 1) }
}
