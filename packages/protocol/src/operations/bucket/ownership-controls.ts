import { oneOf } from '../../codec.js'
import { element, group, xml } from '../../xml.js'
import type { StoredDocument } from '../document.js'

const WORDS = ['BucketOwnerEnforced', 'BucketOwnerPreferred', 'ObjectWriter'] as const

/** In the header by which a bucket is created. */
export const objectOwnership = oneOf(WORDS)

/** Whether the ACLs of a bucket are off. Only S3 has it; here the account owns everything in its buckets. */
export const ownershipControlsDocument = {
  kind: 'ownershipControls',
  document: xml('OwnershipControls', {
    rule: group('Rule', { objectOwnership: element('ObjectOwnership', oneOf(WORDS, 'malformedXml')) }),
  }),
  rowsMax: 1,
} as const satisfies StoredDocument<'ownershipControls', unknown>
