/** What the steps of a request have found out before its handler is called. */
import type { AddressingStyle, BodyOf, BucketName, ChunkChain, Head, Operation } from '@bindery/protocol'
import type { Asking } from './access/authorise.js'
import type { ReadWithBucket } from './bucket-settings.js'
import type { Content } from './content.js'
import type { OpenObject } from './domain/objects/open-object.js'
import type { BucketRecord, DeleteMarker, ObjectName, ObjectRecord } from './domain/stored/model.js'
import type { Exchange } from './exchange.js'
import type { HandledInput } from './reply.js'

/** The decoded head of a request. */
export interface CallHead<O extends Operation> extends Asking {
  readonly operation: O
  readonly exchange: Exchange
  readonly input: HandledInput<O>
  readonly bucketName: BucketName | undefined
  /** Undefined where the request is of no object. */
  readonly objectName: ObjectName | undefined
  readonly style: AddressingStyle
  /** The name of the access point that the request came by. */
  readonly accessPoint: string | undefined
  /** Query and headers as the operation is decoded from them. */
  readonly parts: Head
  readonly chunkChain: ChunkChain | undefined
}

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
