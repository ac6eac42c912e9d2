/** Bindery itself as an S3 store for tests: the built server, in a process of its own. */
import { createHash, createHmac, randomUUID } from 'node:crypto'
import { request } from 'node:http'
import { type Digests, signS3 } from '@bindery/protocol'
import { parseS3Place, type S3Place } from '../s3-place.js'

interface StartedServer {
  readonly endpoint: string
  readonly accessKeyId: string
  readonly accessKeySecret: string
  stop(): Promise<number | null>
}

const support = new URL('../../../../test/support/start-server.mjs', import.meta.url)

/** A running S3 store. Stop it at the end of the tests. */
export interface TestStore {
  readonly endpoint: string
  /** A place of its own in a new bucket, by default at the store itself. */
  place(more?: { readonly endpoint?: string }): Promise<S3Place>
  stop(): Promise<unknown>
}

/**
 * Starts a store with an empty folder; or returns that of `BINDERY_TEST_S3`, a URL as for `--blobs`, whose key is in
 * `BINDERY_TEST_S3_KEY` as `ID:SECRET`. There each place has a prefix of its own.
 */
export async function startBindery(): Promise<TestStore> {
  const { BINDERY_TEST_S3: url, BINDERY_TEST_S3_KEY: key = '' } = process.env
  if (url !== undefined) return givenStore(url, key)
  const { startServer } = (await import(support.href)) as {
    startServer(options: { readonly args: readonly string[] }): Promise<StartedServer>
  }
  const server = await startServer({ args: ['--workers', '1'] })
  let buckets = 0
  const send = (method: string, target: string) => sendSigned(server, method, target)
  return {
    endpoint: server.endpoint,
    stop: () => server.stop(),
    async place({ endpoint = server.endpoint } = {}) {
      buckets += 1
      const bucket = `blobs-${buckets}`
      await send('PUT', `/${bucket}`)
      const url = `s3://${bucket}/some/prefix?endpoint=${endpoint}&part=5MiB`
      const place = parseS3Place(url, server)
      if (place === undefined) throw new Error(url)
      return place
    },
  }
}

function givenStore(url: string, key: string): TestStore {
  const [accessKeyId = '', accessKeySecret = ''] = key.split(':')
  const given = parseS3Place(url, { accessKeyId, accessKeySecret })
  if (given === undefined) throw new Error(url)
  const { endpoint } = given
  return {
    endpoint,
    place: async (more = {}) => ({ ...given, endpoint, ...more, prefix: `${given.prefix}${randomUUID()}/` }),
    stop: async () => {},
  }
}

const DIGESTS: Digests = {
  begin: (algorithm) => createHash(algorithm),
  md5: (data) => createHash('md5').update(data).digest(),
  sha256: (data) => createHash('sha256').update(data).digest(),
  hmacSha1: (key, data) => createHmac('sha1', key).update(data).digest(),
  hmacSha256: (key, data) => createHmac('sha256', key).update(data).digest(),
}

async function sendSigned(server: StartedServer, method: string, target: string): Promise<string> {
  const { host } = new URL(server.endpoint)
  const options = { time: Date.now(), region: 'us-east-1', digests: DIGESTS }
  const headers = signS3({ method, target, headers: { host } }, 'UNSIGNED-PAYLOAD', server, options)
  return await new Promise((resolve, reject) => {
    const sent = request(new URL(target, server.endpoint), { method, headers, agent: false }, async (response) => {
      let text = ''
      for await (const piece of response.setEncoding('utf8')) text += piece
      if (response.statusCode === 200) resolve(text)
      else reject(new Error(`${method} ${target}: ${response.statusCode} ${text}`))
    })
    sent.on('error', reject)
    sent.end()
  })
}
