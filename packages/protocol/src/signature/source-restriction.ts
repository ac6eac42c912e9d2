import type { Query } from '../query.js'

/** The clients that the signer of a URL restricts it to. */
export interface SourceRestriction {
  /** `10.1.0.0/16`, or one address; undefined where the URL names no address. */
  readonly network: string | undefined
  /** A virtual private cloud, which requests here never come from. */
  readonly vpc: string | undefined
}

/**
 * The restriction that a signed query contains; undefined if it has no such parameter. A mask without an address restricts to nothing: it is
 * kept as a network that no address is in.
 * @see https://help.aliyun.com/document_detail/31952.html
 */
export function readSourceRestriction(query: Query): SourceRestriction | undefined {
  const [address, mask, vpc] = ['x-oss-ac-source-ip', 'x-oss-ac-subnet-mask', 'x-oss-ac-vpc-id'].map((name) =>
    query.get(name),
  )
  if (address === undefined && mask === undefined && vpc === undefined) return undefined
  const network = mask === undefined ? address : `${address ?? ''}/${mask}`
  return { network, vpc }
}
