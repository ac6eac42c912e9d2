import { randomUUID } from 'node:crypto'
import { resolve } from 'node:path'
import { hex, utf8Bytes } from '@bindery/bytes'
import { type AdminOperationName, Query, type Signable, signV4 } from '@bindery/protocol'
import { Failure, findServer, nodeDigests, requireRootKey } from '@bindery/server/local'
import { defaultFolder } from '../arguments.js'
import { noAnswer } from '../no-answer.js'

type Environment = Readonly<Record<string, string | undefined>>

/** Where admin requests go, and with which key. */
export interface AdminServer {
  readonly endpoint: string
  readonly region: string
  readonly credentials: {
    readonly accessKeyId: string
    readonly accessKeySecret: string
    readonly securityToken: string | undefined
  }
}

/** The members of an answer. */
export type AdminAnswer = Readonly<Record<string, unknown>>

/**
 * The server and the key: from flags, from the variables of the OSS SDKs, or from the data folder on this machine and the
 * server that uses it. Throws
 * Failure `adminKeyMissing`, `fileDamaged`.
 */
export async function adminServer(
  { endpoint, folder }: { readonly endpoint: string | undefined; readonly folder: string | undefined },
  env: Environment,
): Promise<AdminServer> {
  return {
    endpoint: withScheme(endpoint ?? (env.OSS_ENDPOINT || undefined) ?? (await endpointOf(folder, env))),
    region: env.OSS_REGION ?? env.BINDERY_REGION ?? 'cn-hangzhou',
    credentials: await credentialsOf(folder, env),
  }
}

/** An endpoint without a slash at its end; without a scheme, addresses and names of one machine are not those of TLS. */
function withScheme(endpoint: string): string {
  const text = endpoint.replace(/\/+$/, '')
  if (text.includes('://')) return text
  const host = text.replace(/:\d+$/, '')
  const isLocal = /^[\d.]+$/.test(host) || host.startsWith('[') || !host.includes('.')
  return `${isLocal ? 'http' : 'https'}://${text}`
}

/** The address of the server that uses a folder; the default one if none does. */
async function endpointOf(folder: string | undefined, env: Environment): Promise<string> {
  const running = await findServer(resolve(folder ?? defaultFolder(env)))
  return running?.endpoint ?? 'http://127.0.0.1:9000'
}

async function credentialsOf(folder: string | undefined, env: Environment): Promise<AdminServer['credentials']> {
  const { OSS_ACCESS_KEY_ID, OSS_ACCESS_KEY_SECRET, OSS_SESSION_TOKEN, BINDERY_ACCESS_KEY_ID } = env
  if (folder === undefined && OSS_ACCESS_KEY_ID && OSS_ACCESS_KEY_SECRET) {
    const securityToken = OSS_SESSION_TOKEN || undefined
    return { accessKeyId: OSS_ACCESS_KEY_ID, accessKeySecret: OSS_ACCESS_KEY_SECRET, securityToken }
  }
  if (folder === undefined && BINDERY_ACCESS_KEY_ID && env.BINDERY_ACCESS_KEY_SECRET) {
    const accessKeySecret = env.BINDERY_ACCESS_KEY_SECRET
    return { accessKeyId: BINDERY_ACCESS_KEY_ID, accessKeySecret, securityToken: undefined }
  }
  const { accessKeyId, accessKeySecret } = await requireRootKey(folder ?? defaultFolder(env))
  return { accessKeyId, accessKeySecret, securityToken: undefined }
}

/** Sends one admin request. Throws Failure `serverSilent`, `adminRefused`. */
export async function sendAdmin(
  server: AdminServer,
  operation: AdminOperationName,
  input: object,
): Promise<AdminAnswer> {
  const response = await respond(server, operation, input)
  return (response.ok ? parsed(await response.text()) : undefined) ?? refuse(response)
}

/**
 * Sends one admin request whose answer is server-sent events; yields the data of each named `event`. `onSkipped` is called where the
 * server had more of them than it remembers. Throws as `sendAdmin`.
 */
export async function* followAdmin(
  server: AdminServer,
  operation: AdminOperationName,
  input: object,
  event: string,
  onSkipped: () => void,
): AsyncGenerator<AdminAnswer> {
  const response = await respond(server, operation, input)
  if (!response.ok || response.body === null) return refuse(response)
  const decoder = new TextDecoder()
  let text = ''
  for await (const bytes of response.body) {
    text += decoder.decode(bytes as Uint8Array, { stream: true })
    const frames = text.split('\n\n')
    text = frames.pop() ?? ''
    for (const frame of frames) {
      if (frame.startsWith('event: skipped\n')) onSkipped()
      const [, data] = frame.split(`event: ${event}\ndata: `)
      const answer = data === undefined ? undefined : parsed(data)
      if (answer !== undefined) yield answer
    }
  }
}

async function respond(
  { endpoint, region, credentials }: AdminServer,
  operation: AdminOperationName,
  input: object,
): Promise<Response> {
  const key = `admin/v1/${operation}`
  const body = JSON.stringify(input)
  const digests = nodeDigests()
  const headers = { 'content-type': 'application/json', 'x-oss-nonce': randomUUID() }
  const unsigned: Signable = { method: 'POST', bucket: '-', key, query: new Query([]), headers }
  const signed = signV4(unsigned, credentials, {
    time: Date.now(),
    region,
    payload: hex(digests.sha256(utf8Bytes(body))),
    digests,
  })
  const sent = fetch(`${endpoint}/-/${key}`, { method: 'POST', headers: { ...signed.headers }, body })
  return sent.catch((error) => {
    throw noAnswer(endpoint, error)
  })
}

async function refuse(response: Response): Promise<never> {
  const text = response.bodyUsed ? '' : await response.text()
  const answer = parsed(text)
  throw new Failure('adminRefused', {
    code: String(answer?.Code ?? response.status),
    message: String(answer?.Message ?? text.slice(0, 200)),
    requestId: String(answer?.RequestId ?? ''),
  })
}

function parsed(text: string): AdminAnswer | undefined {
  try {
    const value: unknown = JSON.parse(text)
    return typeof value === 'object' && value !== null ? (value as AdminAnswer) : undefined
  } catch {
    return undefined
  }
}
