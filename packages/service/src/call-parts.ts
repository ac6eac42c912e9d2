/** Parts of a call that do not depend on its exchange. */
import type { BodyOf, Operation } from '@bindery/protocol'
import type { ReadWithBucket } from './bucket-settings.js'
import type { Content } from './content.js'
import type { OpenObject } from './domain/objects/open-object.js'
import type { BucketRecord, DeleteMarker, ObjectRecord } from './domain/stored/model.js'

/** The records that the head names, from one state of the store. */
export interface Found extends ReadWithBucket {
  readonly bucket: BucketRecord | undefined
  /** Only of operations that read it. */
  readonly object: ObjectRecord | undefined
  /** The same object; only of operations that declare that they read its bytes. */
  readonly openObject: OpenObject | undefined
  /** The delete marker that the name of the object leads to instead. */
  readonly marker: DeleteMarker | undefined
}

/** The decoded body of a request: a document's value, or content that is still unread. */
export interface CallBody<O extends Operation> {
  readonly document?: BodyOf<O>
  readonly content?: Content
}
