/** Limits of single requesters of a bucket. Every function throws ServerError. */
import { all, type Element, textOf } from '@bindery/client/xml'
import { documentOf, FORMS, type Form, type Values } from './forms.js'
import { send, sendForXml } from './request.js'

/** The limits of one account or user. */
export interface RequesterLimits {
  /** The id of the account or user. */
  readonly requester: string
  readonly values: Values
}

/** The form of limits, which is that of the limits of the bucket. */
export const LIMITS: Form = FORMS.qosInfo ?? { root: '', fields: [] }

/** All requesters with limits. */
export async function listRequesters(bucket: string, signal?: AbortSignal): Promise<readonly RequesterLimits[]> {
  const found: RequesterLimits[] = []
  let token = ''
  do {
    const query = { requesterQosInfo: '', ...(token === '' ? {} : { 'continuation-token': token }) }
    const root = await sendForXml({ method: 'GET', bucket, query, signal })
    for (const one of all(root, 'RequesterQoSInfo')) {
      found.push({ requester: textOf(one, 'Requester') ?? '', values: valuesOf(all(one, 'QoSConfiguration')[0]) })
    }
    token = textOf(root, 'IsTruncated') === 'true' ? (textOf(root, 'NextContinuationToken') ?? '') : ''
  } while (token !== '')
  return found
}

function valuesOf(configuration: Element | undefined): Values {
  return Object.fromEntries(LIMITS.fields.map(({ name, path }) => [name, textOf(configuration, path) ?? '']))
}

/** Sets the limits of a requester. */
export async function putRequester(bucket: string, { requester, values }: RequesterLimits): Promise<void> {
  const query = { requesterQosInfo: '', qosRequester: requester }
  await send({ method: 'PUT', bucket, query, body: documentOf(LIMITS, values) })
}

/** Deletes the limits of a requester. */
export async function deleteRequester(bucket: string, requester: string): Promise<void> {
  await send({ method: 'DELETE', bucket, query: { requesterQosInfo: '', qosRequester: requester } })
}
