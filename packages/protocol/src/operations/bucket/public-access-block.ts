import { truth } from '../../codec.js'
import { defaultedElement, xml } from '../../xml.js'
import { bucketDocument } from '../document.js'

/** The document of a bucket and of an account; either blocks. */
export const publicAccessBlockConfiguration = xml('PublicAccessBlockConfiguration', {
  blockPublicAccess: defaultedElement('BlockPublicAccess', truth('malformedXml'), false),
})

export const bucketPublicAccessBlock = bucketDocument({
  noun: 'BucketPublicAccessBlock',
  what: 'whether public access is blocked, whatever ACLs and policies allow,',
  subresource: 'publicAccessBlock',
  document: publicAccessBlockConfiguration,
  unset: { value: { blockPublicAccess: false } },
})
