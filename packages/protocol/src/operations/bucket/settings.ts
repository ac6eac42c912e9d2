import type { StoredDocument } from '../document.js'
import type { bucketDocuments, otherDocuments } from './index.js'

type Declared = (typeof bucketDocuments)[number] | (typeof otherDocuments)[number]

/** The values of the documents of a bucket's configuration, by kind. */
export type BucketSettings = {
  readonly [D in Declared as D['kind']]: D extends StoredDocument<string, infer T> ? T : never
}
