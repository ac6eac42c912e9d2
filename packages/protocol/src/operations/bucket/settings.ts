import type { StoredDocument } from '../document.js'
import type { bucketDocuments } from './index.js'

type Declared = (typeof bucketDocuments)[number]

/** The values of the documents of a bucket's configuration, by kind. */
export type BucketSettings = {
  readonly [D in Declared as D['kind']]: D extends StoredDocument<string, infer T> ? T : never
}
