import { oneOf } from '../../codec.js'
import { element, group, xml } from '../../xml.js'
import type { StoredDocument } from '../document.js'

const objectOwnership = oneOf(['BucketOwnerEnforced', 'BucketOwnerPreferred', 'ObjectWriter'], 'malformedXml')

/** Whether the ACLs of a bucket are off. Only S3 has it; here the account owns everything in its buckets. */
export const ownershipControlsDocument = {
  kind: 'ownershipControls',
  document: xml('OwnershipControls', {
    rule: group('Rule', { objectOwnership: element('ObjectOwnership', objectOwnership) }),
  }),
  rowsMax: 1,
} as const satisfies StoredDocument<'ownershipControls', unknown>
