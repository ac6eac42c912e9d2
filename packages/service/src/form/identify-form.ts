import { bucketName, type Head, judgedFields, parseQuery, type Reading } from '@bindery/protocol'
import type { Identified } from '../access/authenticate.js'
import { authenticateForm } from '../access/authenticate-form.js'
import { findBucket } from '../domain/buckets/buckets.js'
import { dialectOfForm, type Exchange } from '../exchange.js'

/** The sender of a form, the object that it names, and its fields in place of headers. */
export interface IdentifiedForm {
  readonly identified: Identified
  readonly parts: Head
}

/** Reads a form up to its file, which becomes the body. Throws noSuchBucket, and the causes of forms and signatures. */
export async function identifyForm(
  exchange: Exchange,
  { style, bucket = '', entrance }: Pick<Reading, 'style' | 'bucket' | 'entrance'>,
): Promise<IdentifiedForm> {
  const { options, access, domain } = exchange.surroundings
  if (bucket !== '') await findBucket(domain, bucketName(bucket))
  const form = await exchange.readForm()
  const { fields, key } = form
  exchange.dialect = dialectOfForm(options, fields, exchange.dialect)
  const headers = exchange.dialect.forms.headersOf(form)
  const { remoteAddress } = exchange.request
  const { forms: rules } = exchange.dialect
  const judged = rules.needsConditions ? fields : judgedFields(form)
  const signed = { bucket: entrance?.name ?? bucket, fields: judged, rules, remoteAddress }
  const { keys: accessKeys, failedSignatures } = access
  const { requester, fileSizes } = await authenticateForm(signed, { ...options, accessKeys, failedSignatures })
  exchange.log.key = key
  if (requester.kind !== 'anonymous') exchange.log.accessKeyId = requester.accessKeyId
  exchange.takeForm(form.file(fileSizes), headers)
  const signedIn = requester.kind === 'anonymous' ? undefined : 'header'
  const reading = { style, level: 'object', bucket, key, ...(entrance && { entrance }) } as const
  const identified = { requester, reading, signedIn } as const
  return { identified, parts: { query: parseQuery(''), headers } }
}
