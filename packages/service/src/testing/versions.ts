/** Requests about versions of objects, in a bucket that keeps them. */
import { call, element, type TestRequest, type TestResponse } from './call.js'
import { BUCKET, startWithBucket } from './multipart.js'
import type { StartedService } from './start-service.js'

type Extra = Pick<TestRequest, 'headers' | 'query' | 'body'>

/** Puts an object into the bucket. */
export const put = (started: StartedService, key: string, body: string, extra: Extra = {}): Promise<TestResponse> =>
  call(started, { method: 'PUT', bucket: BUCKET, key, body, ...extra })

/** A request for an object, or for one of its versions. */
export const ask = (
  started: StartedService,
  method: string,
  key: string,
  versionId?: string,
  extra: Extra = {},
): Promise<TestResponse> => {
  const query = { ...extra.query, ...(versionId !== undefined && { versionId }) }
  return call(started, { method, bucket: BUCKET, key, ...extra, query })
}

/** Enables or suspends versioning of the bucket; throws if the service refuses. */
export async function setVersioning(started: StartedService, state: 'Enabled' | 'Suspended'): Promise<void> {
  const body = `<VersioningConfiguration><Status>${state}</Status></VersioningConfiguration>`
  const { status, text } = await call(started, { method: 'PUT', bucket: BUCKET, query: { versioning: '' }, body })
  if (status !== 200) throw new Error(text)
}

/** A started service whose bucket keeps versions; settings without an effect are refused. */
export async function startVersioned(): Promise<StartedService> {
  const started = await startWithBucket()
  await setVersioning(started, 'Enabled')
  return started
}

/** The version that a response names; '' for none. */
export const idOf = ({ headers }: TestResponse): string => headers['x-oss-version-id'] ?? ''

/** Lists versions of the bucket; throws if the service refuses. */
export async function listVersions(started: StartedService, query: TestRequest['query'] = {}): Promise<TestResponse> {
  const listing = await call(started, { method: 'GET', bucket: BUCKET, query: { versions: undefined, ...query } })
  if (listing.status !== 200) throw new Error(listing.text)
  return listing
}

/** `key id latest` of each listed version, a delete marker with a `!` before its key; and the common prefixes. */
export function listedVersions({ text }: TestResponse): string[] {
  const found = text.matchAll(/<(Version|DeleteMarker|CommonPrefixes)>(.*?)<\/\1>/gs)
  return [...found].map(([, name, block = '']) => {
    if (name === 'CommonPrefixes') return element(block, 'Prefix') ?? ''
    const mark = name === 'DeleteMarker' ? '!' : ''
    const latest = element(block, 'IsLatest') === 'true' ? ' latest' : ''
    return `${mark}${element(block, 'Key')} ${element(block, 'VersionId')}${latest}`
  })
}
