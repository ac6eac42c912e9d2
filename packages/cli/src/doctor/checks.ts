/** The checks of `bindery doctor`: requests that a client would send, one cause of trouble each. */
import { lookup } from 'node:dns/promises'
import { isIP } from 'node:net'
import { type Checkpoint, fileStore } from '@bindery/client'
import { Query, type Signable, signV1, signV4 } from '@bindery/protocol'
import { nodeDigests } from '@bindery/server/local'
import type { AdminServer } from '../admin/send.js'
import { addressText } from '../objects/address.js'

/** Facts for the sentence of a result. */
export interface CheckFacts {
  endpoint: { readonly endpoint: string }
  silent: { readonly endpoint: string }
  ready: object
  unready: { readonly reason: string }
  diskScarce: { readonly uploads: string; readonly freeBytes: number; readonly reserveBytes: number }
  clock: { readonly seconds: number }
  clockOff: { readonly seconds: number }
  signature: { readonly version: string }
  signatureRefused: { readonly version: string; readonly code: string; readonly message: string }
  pathStyle: { readonly host: string }
  hostStyle: { readonly name: string }
  hostUnresolved: { readonly name: string }
  bucketMissing: { readonly bucket: string; readonly code: string }
  cors: { readonly bucket: string }
  corsAbsent: { readonly bucket: string }
  corsHidesETag: { readonly bucket: string }
  region: { readonly region: string }
  regionOther: { readonly bucket: string; readonly region: string; readonly location: string }
  /** Uploads to this server that this machine has begun and not ended; `oldest`: when the oldest was continued. */
  leftovers: { readonly count: number; readonly address: string; readonly oldest: string }
}

/** The kinds of results. */
export type CheckKind = keyof CheckFacts

/** `note`: works, but not for every client. */
export type Verdict = 'ok' | 'note' | 'problem'

/** The result of one check. */
export interface Checked<K extends CheckKind = CheckKind> {
  readonly verdict: Verdict
  readonly kind: K
  readonly facts: CheckFacts[K]
}

const ANSWER_MS = 5_000
/** Signatures are refused beyond 15 minutes; a clock that is off by one is not synchronised. */
const CLOCK_MS_MAX = 60_000

/** Checks a server, and the settings of a bucket if one is named. It ends early if nothing answers. */
export async function* checkServer(server: AdminServer, bucket: string | undefined): AsyncGenerator<Checked> {
  const { endpoint } = server
  const live = await fetch(`${endpoint}/-/health/live`, within()).catch(() => undefined)
  if (live === undefined || !live.ok) {
    yield found('problem', 'silent', { endpoint })
    return
  }
  await live.arrayBuffer()
  yield found('ok', 'endpoint', { endpoint })
  yield await checkReady(endpoint)
  yield checkClock(live)
  yield await checkSignature(server, 'V4')
  yield await checkSignature(server, 'V1')
  yield await checkAddressing(endpoint, bucket ?? 'bucket')
  if (bucket !== undefined) {
    yield* await checkRegion(server, bucket)
    yield await checkCors(server, bucket)
  }
  yield* await checkLeftovers(endpoint)
}

function found<K extends CheckKind>(verdict: Verdict, kind: K, facts: CheckFacts[K]): Checked {
  return { verdict, kind, facts }
}

function within() {
  return { signal: AbortSignal.timeout(ANSWER_MS) }
}

async function checkReady(endpoint: string): Promise<Checked> {
  const answer = await fetch(`${endpoint}/-/health/ready`, within())
  const {
    reason = '',
    uploads,
    disk,
  } = (await answer.json()) as {
    reason?: string
    uploads?: string
    disk?: { freeBytes: number; reserveBytes: number }
  }
  if (!answer.ok) return found('problem', 'unready', { reason })
  if (uploads === undefined || disk === undefined) return found('ok', 'ready', {})
  return found(uploads === 'refused' ? 'problem' : 'note', 'diskScarce', { uploads, ...disk })
}

function checkClock(answer: Response): Checked {
  const milliseconds = Date.now() - Date.parse(answer.headers.get('date') ?? '')
  const seconds = Math.round(milliseconds / 1_000)
  if (Math.abs(milliseconds) < CLOCK_MS_MAX) return found('ok', 'clock', { seconds })
  return found('problem', 'clockOff', { seconds })
}

async function checkSignature(server: AdminServer, version: 'V1' | 'V4'): Promise<Checked> {
  const { ok, document } = await ask(server, { version, query: '' })
  if (ok) return found('ok', 'signature', { version })
  const [code, message] = [elementOf(document, 'Code'), elementOf(document, 'Message')]
  return found('problem', 'signatureRefused', { version, code, message })
}

async function checkAddressing(endpoint: string, bucket: string): Promise<Checked> {
  const host = new URL(endpoint).hostname.replace(/^\[|\]$/g, '')
  if (isIP(host) !== 0) return found('ok', 'pathStyle', { host })
  const name = `${bucket}.${host}`
  const addresses = await lookup(name).catch(() => undefined)
  return addresses === undefined ? found('note', 'hostUnresolved', { name }) : found('ok', 'hostStyle', { name })
}

/** Nothing for a bucket that cannot be read: its CORS rules report that. */
async function checkRegion(server: AdminServer, bucket: string): Promise<readonly Checked[]> {
  const { ok, document } = await ask(server, { version: 'V4', bucket, query: 'location' })
  if (!ok) return []
  const location = />([^<]*)<\/LocationConstraint>/.exec(document)?.[1] ?? ''
  const { region } = server
  if (location === `oss-${region}`) return [found('ok', 'region', { region })]
  return [found('problem', 'regionOther', { bucket, region, location })]
}

async function checkLeftovers(endpoint: string): Promise<readonly Checked[]> {
  let count = 0
  let oldest: Checkpoint | undefined
  for await (const checkpoint of fileStore().list?.({ endpoint }) ?? []) {
    count += 1
    if (oldest === undefined || checkpoint.updatedAt < oldest.updatedAt) oldest = checkpoint
  }
  if (oldest === undefined) return []
  const { bucket, key, updatedAt } = oldest
  return [
    found('note', 'leftovers', {
      count,
      address: addressText({ bucket, key }),
      oldest: new Date(updatedAt).toISOString(),
    }),
  ]
}

async function checkCors(server: AdminServer, bucket: string): Promise<Checked> {
  const { ok, document } = await ask(server, { version: 'V4', bucket, query: 'cors' })
  const code = elementOf(document, 'Code')
  if (code === 'NoSuchCORSConfiguration') return found('note', 'corsAbsent', { bucket })
  if (!ok) return found('problem', 'bucketMissing', { bucket, code })
  const exposed = [...document.matchAll(/<ExposeHeader>([^<]*)</g)].map(([, header = '']) => header.toLowerCase())
  return exposed.includes('etag') ? found('ok', 'cors', { bucket }) : found('note', 'corsHidesETag', { bucket })
}

interface Question {
  readonly version: 'V1' | 'V4'
  readonly bucket?: string
  /** The name of one query key without a value; '' for a request without query. */
  readonly query: string
}

async function ask({ endpoint, region, credentials }: AdminServer, { version, bucket, query }: Question) {
  const parameters = query === '' ? [] : [{ name: query, value: undefined }]
  const unsigned: Signable = { method: 'GET', bucket, query: new Query(parameters), headers: {} }
  const terms = { time: Date.now(), region, digests: nodeDigests() }
  const { headers } = version === 'V1' ? signV1(unsigned, credentials, terms) : signV4(unsigned, credentials, terms)
  const path = bucket === undefined ? '/' : `/${bucket}/`
  const url = `${endpoint}${path}${query === '' ? '' : `?${query}`}`
  const answer = await fetch(url, { headers: { ...headers }, ...within() })
  return { ok: answer.ok, document: await answer.text() }
}

function elementOf(document: string, name: string): string {
  return new RegExp(`<${name}>([^<]*)<`).exec(document)?.[1] ?? ''
}
