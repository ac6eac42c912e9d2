/** Forms as browsers send them, for tests. */
import { createHmac } from 'node:crypto'
import type { ByteSource } from '@bindery/storage'
import type { AccessKey } from '../access/requester.js'
import { bytesOf, nodeDigests } from '../domain/testing.js'
import { BUCKET, element, ROOT, type StartedService } from '../testing/index.js'

export const BOUNDARY = '----WebKitFormBoundaryABC'

/** A field; a file has a name and may have a type. */
export type Field = readonly [
  name: string,
  value: string | Uint8Array,
  file?: { readonly name?: string; readonly type?: string },
]

export function formOf(fields: readonly Field[], { end = `--${BOUNDARY}--\r\n` } = {}): Buffer {
  const parts = fields.map(([name, value, file]) => {
    const fileName = file === undefined ? '' : `; filename="${file.name ?? 'a.txt'}"`
    const type = file?.type === undefined ? '' : `Content-Type: ${file.type}\r\n`
    const head = `--${BOUNDARY}\r\nContent-Disposition: form-data; name="${name}"${fileName}\r\n${type}\r\n`
    return Buffer.concat([Buffer.from(head), Buffer.from(value), Buffer.from('\r\n')])
  })
  return Buffer.concat([...parts, Buffer.from(end)])
}

/** A body that arrives in pieces of these lengths, over and over. */
function arriving(bytes: Uint8Array, lengths: readonly number[]): ByteSource {
  let at = 0
  let turn = 0
  return {
    size: bytes.length,
    ready: async () => {},
    read: async (buffer) => {
      const length = lengths[turn % lengths.length] ?? 1
      turn += 1
      const piece = bytes.subarray(at, at + Math.min(length, buffer.length))
      buffer.set(piece)
      at += piece.length
      return piece.length
    },
  }
}

export interface Sent {
  readonly headers?: Readonly<Record<string, string>>
  readonly lengths?: readonly number[]
  readonly contentType?: string
  /** Default: this machine. */
  readonly remoteAddress?: string
}

export interface Answer {
  readonly status: number
  readonly headers: Readonly<Record<string, string>>
  readonly text: string
  /** The code of a failure, after its status. */
  readonly refusal: string
}

export async function post(started: StartedService, body: Buffer | readonly Field[], sent: Sent = {}): Promise<Answer> {
  const bytes = Buffer.isBuffer(body) ? body : formOf(body)
  const host = `${BUCKET}.oss-cn-hangzhou.aliyuncs.com`
  const { headers = {}, lengths = [65_536], contentType = `multipart/form-data; boundary=${BOUNDARY}` } = sent
  const response = await started.service.handle({
    method: 'POST',
    host,
    target: '/',
    scheme: 'http',
    remoteAddress: sent.remoteAddress ?? '127.0.0.1',
    headers: { host, 'content-type': contentType, 'content-length': String(bytes.length), ...headers },
    body: arriving(bytes, lengths),
  })
  const all =
    response.body instanceof Uint8Array ? response.body : await bytesOf(response.body ?? (async function* () {})())
  const text = Buffer.from(all).toString()
  const names = response.headers.map(([name, value]): [string, string] => [name.toLowerCase(), value])
  return {
    status: response.status,
    headers: Object.fromEntries(names),
    text,
    refusal: `${response.status} ${element(text, 'Code')}`,
  }
}

export const EXPIRATION = '2026-01-05T09:00:00.000Z'

export function policyOf(conditions: readonly unknown[], expiration = EXPIRATION): string {
  return Buffer.from(JSON.stringify({ expiration, conditions })).toString('base64')
}

export function signedV1(conditions: readonly unknown[], as: AccessKey = ROOT): Field[] {
  return signedPolicyV1(policyOf(conditions), as)
}

export function signedPolicyV1(policy: string, as: AccessKey = ROOT): Field[] {
  const token = as.session?.securityToken
  return [
    ['OSSAccessKeyId', as.accessKeyId],
    ['policy', policy],
    ['Signature', createHmac('sha1', as.accessKeySecret).update(policy).digest('base64')],
    ...(token === undefined ? [] : [['x-oss-security-token', token] as const]),
  ]
}

export function signedV4(conditions: readonly unknown[], as: AccessKey = ROOT): Field[] {
  const policy = policyOf(conditions)
  const steps = ['20260105', 'cn-hangzhou', 'oss', 'aliyun_v4_request']
  const key = steps.reduce<Uint8Array>(
    (last, step) => nodeDigests.hmacSha256(last, Buffer.from(step)),
    Buffer.from(`aliyun_v4${as.accessKeySecret}`),
  )
  return [
    ['x-oss-signature-version', 'OSS4-HMAC-SHA256'],
    ['x-oss-credential', `${as.accessKeyId}/${steps.join('/')}`],
    ['x-oss-date', '20260105T080000Z'],
    ['policy', policy],
    ['x-oss-signature', createHmac('sha256', key).update(policy).digest('hex')],
  ]
}
