/**
 * Upload callbacks: the parameters of PutObject, CopyObject and CompleteMultipartUpload, and the request made from them. The
 * parameters are base64 of JSON and are in headers, or in query keys of other names, which is more than a codec can
 * express.
 * @see https://help.aliyun.com/document_detail/31989.html
 */

import { base64, base64Bytes, byteString, percentEncode, stringToBytes, utf8Bytes, utf8Text } from '@bindery/bytes'
import { badArgument, text } from './codec.js'
import type { Digests } from './digests.js'
import type { Cause } from './errors/catalogue.js'
import { OssError } from './errors/oss-error.js'
import { header, optional, query } from './field.js'
import { CALLBACK_PARAMETER_BYTES_MAX, CALLBACK_URLS_MAX } from './limits.js'
import { splitTarget } from './target.js'

/** The fields of an operation that makes callbacks; `readCallback` reads them together. */
export const callbackFields = {
  callbackHeader: optional(header('x-oss-callback', text)),
  callbackVarHeader: optional(header('x-oss-callback-var', text)),
  callbackQuery: optional(query('callback', text)),
  callbackVarQuery: optional(query('callback-var', text)),
}

/**
 * The causes that readCallback throws, and callbackAddressForbidden, which the resolver of addresses throws: all before
 * anything is stored.
 */
const REFUSAL_CAUSES = [
  'callbackPolicyUnknown',
  'callbackTwice',
  'callbackTooLong',
  'callbackNotBase64',
  'callbackNotJson',
  'callbackUrlInvalid',
  'callbackAddressForbidden',
  'callbackAnonymous',
  'callbackFieldInvalid',
  'callbackHeadersReserved',
  'callbackTemplateBrace',
  'callbackTemplateOpen',
  'callbackVarTooLong',
  'callbackVarNotBase64',
  'callbackVarNotJson',
  'callbackVarInvalid',
  'headerNotImplemented',
] as const satisfies readonly Cause[]

/** Why a callback failed. The object is stored nevertheless, and the status is 203. */
export const CALLBACK_FAILURES = [
  'callbackStatus',
  'callbackNotAllowed',
  'callbackLate',
  'callbackWithoutLength',
  'callbackTooLarge',
  'callbackAnswerNotJson',
  'callbacksTooMany',
] as const satisfies readonly Cause[]
/** The cause of a callback's failure. */
export type CallbackFailure = (typeof CALLBACK_FAILURES)[number]

/** All causes that an operation may return because of its callback. */
export const CALLBACK_CAUSES: readonly Cause[] = [...REFUSAL_CAUSES, ...CALLBACK_FAILURES]

/** The destination of a callback. */
export interface CallbackUrl {
  readonly scheme: 'http' | 'https'
  /** A name, or an IPv4 address in dotted decimal; in lower case. */
  readonly host: string
  readonly port: number
  /** Path and query as sent, with their percent-encoding. */
  readonly target: string
}

/** The content types that the body of a callback can have. */
export type CallbackBodyType = 'application/x-www-form-urlencoded' | 'application/json'

/** Literal text, and variables by name. */
type Template = readonly (string | { readonly variable: string })[]

/** A requested callback. */
export interface Callback {
  /** In the order in which they are tried. */
  readonly urls: readonly CallbackUrl[]
  /** Absent: the host of each URL. */
  readonly host: string | undefined
  readonly template: Template
  readonly bodyType: CallbackBodyType
  /** Whether the host name is sent in the TLS handshake. */
  readonly sni: boolean
  /** Custom variables by name, including `x:`. */
  readonly variables: ReadonlyMap<string, string>
}

/** The parameters of a callback as they were sent: each in a header or in a query key. */
export interface CallbackInput {
  readonly callbackHeader?: string | undefined
  readonly callbackVarHeader?: string | undefined
  readonly callbackQuery?: string | undefined
  readonly callbackVarQuery?: string | undefined
}

/** The callback that a request demands, or undefined. Throws the causes of an invalid configuration. */
export function readCallback(input: CallbackInput): Callback | undefined {
  const fields = readFields(input)
  if (fields === undefined) return undefined
  refuseAdditionalHeaders(fields.additionalHeaders)
  return {
    urls: readUrls(fields.callbackUrl),
    host: readHost(fields.callbackHost),
    template: readTemplate(fields.callbackBody),
    bodyType: readBodyType(fields.callbackBodyType),
    sni: readSni(fields.callbackSNI),
    variables: readVariables(input.callbackVarHeader ?? input.callbackVarQuery),
  }
}

/**
 * The name by which a request demands one of the callbacks of its bucket; undefined if it has none, or describes its
 * callback itself. Throws as `readCallback`.
 */
export function namedCallback(input: CallbackInput): string | undefined {
  const { callbackPolicy: name } = readFields(input) ?? {}
  if (name === undefined || name === null || name === '') return undefined
  if (typeof name !== 'string') throw invalidField('callbackPolicy', name)
  return name
}

/** The configuration that was sent; undefined without one. */
function readFields(input: CallbackInput): Readonly<Record<string, unknown>> | undefined {
  const { callbackHeader, callbackVarHeader, callbackQuery, callbackVarQuery } = input
  const twice = callbackQuery ?? callbackVarQuery
  if (twice !== undefined && (callbackHeader ?? callbackVarHeader) !== undefined) {
    throw badArgument('callbackTwice', 'callback', twice)
  }
  const encoded = callbackHeader ?? callbackQuery
  return encoded === undefined ? undefined : readJson(encoded, 'callback', CONFIGURATION)
}

interface JsonCauses {
  readonly tooLong: Cause
  readonly notBase64: Cause
  readonly notJson: Cause
}

const CONFIGURATION = {
  tooLong: 'callbackTooLong',
  notBase64: 'callbackNotBase64',
  notJson: 'callbackNotJson',
} as const
const VARIABLES = {
  tooLong: 'callbackVarTooLong',
  notBase64: 'callbackVarNotBase64',
  notJson: 'callbackVarNotJson',
} as const

function readJson(encoded: string, argument: string, causes: JsonCauses): Readonly<Record<string, unknown>> {
  if (encoded.length > CALLBACK_PARAMETER_BYTES_MAX) {
    throw new OssError(causes.tooLong, { argumentName: argument, argumentValue: encoded.length })
  }
  const bytes = base64Bytes(encoded)
  if (bytes === undefined) throw badArgument(causes.notBase64, argument, encoded)
  const value = parseJson(bytes)
  if (!isRecord(value)) throw badArgument(causes.notJson, argument, encoded)
  return value
}

function parseJson(bytes: Uint8Array): unknown {
  try {
    return JSON.parse(utf8Text(bytes) ?? '')
  } catch {
    return undefined
  }
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function invalidField(name: string, value: unknown, cause: Cause = 'callbackFieldInvalid'): OssError {
  return new OssError(cause, {
    argumentName: name,
    argumentValue: typeof value === 'string' ? value : (JSON.stringify(value) ?? ''),
  })
}

/** Known only from an error of OSS: no page documents them. */
function refuseAdditionalHeaders(headers: unknown): void {
  if (headers === undefined || headers === null) return
  if (!isRecord(headers)) throw invalidField('additionalHeaders', headers)
  const names = Object.keys(headers)
  const reserved = names.find((name) => name.toLowerCase().startsWith('x-oss-'))
  if (reserved !== undefined) throw invalidField('additionalHeaders', reserved, 'callbackHeadersReserved')
  if (names.length > 0) throw new OssError('headerNotImplemented', { header: 'additionalHeaders' })
}

function readUrls(value: unknown): readonly CallbackUrl[] {
  const urls = typeof value === 'string' ? value.split(';').filter((url) => url.trim() !== '') : []
  if (urls.length === 0 || urls.length > CALLBACK_URLS_MAX)
    throw invalidField('callbackUrl', value, 'callbackUrlInvalid')
  return urls.map((url) => readUrl(url.trim()))
}

const URL_FORM = /^(?:(https?):\/\/)?([a-z0-9_](?:[a-z0-9_.-]*[a-z0-9_])?)(?::(\d{1,5}))?(\/[!-~]*|\?[!-~]*)?$/i
const HOST_LENGTH_MAX = 253
const DEFAULT_PORTS = { http: 80, https: 443 }

function readUrl(url: string): CallbackUrl {
  const [, scheme, host = '', port, target = '/'] = URL_FORM.exec(url) ?? []
  const invalid = () => invalidField('callbackUrl', url, 'callbackUrlInvalid')
  if (!isHost(host) || target.includes('#')) throw invalid()
  // a single word is probably a mistake; with a scheme it is a host
  if (scheme === undefined && !host.includes('.') && host.toLowerCase() !== 'localhost') throw invalid()
  const lower = scheme?.toLowerCase() === 'https' ? 'https' : 'http'
  const number = port === undefined ? DEFAULT_PORTS[lower] : Number(port)
  if (number < 1 || number > 65_535) throw invalid()
  return {
    scheme: lower,
    host: host.toLowerCase(),
    port: number,
    target: target.startsWith('/') ? target : `/${target}`,
  }
}

/** An address in any other form than dotted decimal could mean one thing to a check and another to a resolver. */
function isHost(host: string): boolean {
  if (host === '' || host.length > HOST_LENGTH_MAX || host.includes('..')) return false
  const labels = host.split('.')
  if (!/^(?:\d+|0x[0-9a-f]*)$/i.test(labels.at(-1) ?? '')) return true
  return labels.length === 4 && labels.every((label) => /^(?:0|[1-9]\d{0,2})$/.test(label) && Number(label) <= 255)
}

function readHost(value: unknown): string | undefined {
  if (value === undefined || value === null || value === '') return undefined
  if (typeof value === 'string' && /^[A-Za-z0-9_.-]+(?::\d{1,5})?$/.test(value)) return value
  throw invalidField('callbackHost', value)
}

function readBodyType(value: unknown): CallbackBodyType {
  if (value === undefined || value === null || value === '') return 'application/x-www-form-urlencoded'
  if (value === 'application/x-www-form-urlencoded' || value === 'application/json') return value
  throw invalidField('callbackBodyType', value)
}

/** SDKs whose parameters are strings send a string. */
function readSni(value: unknown): boolean {
  if (value === undefined || value === null) return false
  if (value === true || value === 'true') return true
  if (value === false || value === 'false') return false
  throw invalidField('callbackSNI', value)
}

function readTemplate(value: unknown): Template {
  if (typeof value !== 'string' || value === '') throw invalidField('callbackBody', value)
  const pieces: (string | { readonly variable: string })[] = []
  let at = 0
  for (let dollar = value.indexOf('$'); dollar !== -1; dollar = value.indexOf('$', at)) {
    const end = value.indexOf('}', dollar)
    const shown = value.slice(dollar, dollar + 64)
    if (value[dollar + 1] !== '{') throw invalidField('ReplaceKeyPrefix', shown, 'callbackTemplateBrace')
    if (end === -1) throw invalidField('ReplaceKeySuffix', shown, 'callbackTemplateOpen')
    pieces.push(value.slice(at, dollar), { variable: value.slice(dollar + 2, end) })
    at = end + 1
  }
  return [...pieces, value.slice(at)]
}

/** OSS takes other names too, which no template can mean. */
function readVariables(encoded: string | undefined): ReadonlyMap<string, string> {
  if (encoded === undefined) return new Map()
  const entries = Object.entries(readJson(encoded, 'callback-var', VARIABLES))
  const named = entries.filter(([name]) => name.startsWith('x:'))
  return new Map(named.map(([name, value]) => [name, textOf(name, value)]))
}

function textOf(name: string, value: unknown): string {
  if (typeof value === 'string') return value
  if (typeof value === 'number' || typeof value === 'boolean') return String(value)
  throw invalidField(name, value, 'callbackVarInvalid')
}

/** The values of system variables by name; a number stays a number in a JSON body. */
export type CallbackValues = Readonly<Record<string, string | number>>

/**
 * The body: the template with the values of its variables. In a form each value is percent-encoded; in JSON it is a
 * whole JSON value, including its quotes. An unknown variable is empty.
 */
export function callbackBody({ template, bodyType, variables }: Callback, values: CallbackValues): Uint8Array {
  const encode =
    bodyType === 'application/json' ? JSON.stringify : (value: string | number) => percentEncode(String(value))
  const fill = (variable: string) =>
    encode(variables.get(variable) ?? (Object.hasOwn(values, variable) ? values[variable] : undefined) ?? '')
  return utf8Bytes(template.map((piece) => (typeof piece === 'string' ? piece : fill(piece.variable))).join(''))
}

/** The parts of a callback request besides its body. */
export interface CallbackContext {
  readonly requestId: string
  readonly bucket: string
  readonly requester: string
  /** Milliseconds since 1970. */
  readonly time: number
  /** Absolute; the URL of the key that verifies `sign`. */
  readonly publicKeyUrl: string
  readonly digests: Pick<Digests, 'md5'>
  /** Base64 of the RSA signature (PKCS #1 v1.5) over the MD5 of bytes. */
  readonly sign: (bytes: Uint8Array) => string
}

/** A complete POST request. Header values are byte strings. */
export interface CallbackRequest {
  readonly target: string
  readonly headers: readonly (readonly [name: string, value: string])[]
  readonly body: Uint8Array
}

/** The request to one of a callback's URLs. */
export function callbackRequest(
  { host, bodyType }: Pick<Callback, 'host' | 'bodyType'>,
  url: CallbackUrl,
  body: Uint8Array,
  context: CallbackContext,
): CallbackRequest {
  const headers: [string, string][] = [
    ['Host', host ?? hostOf(url)],
    ['Connection', 'close'],
    ['Content-Length', String(body.length)],
    ['Content-Type', bodyType],
    ['Content-MD5', base64(context.digests.md5(body))],
    ['Date', new Date(context.time).toUTCString()],
    ['User-Agent', 'aliyun-oss-callback'],
    ['Authorization', context.sign(callbackStringToSign(url.target, body))],
    ['x-oss-bucket', context.bucket],
    ['x-oss-pub-key-url', base64(utf8Bytes(context.publicKeyUrl))],
    ['x-oss-request-id', context.requestId],
    ['x-oss-requester', context.requester],
    ['x-oss-signature-version', '1.0'],
    ['x-oss-tag', 'CALLBACK'],
  ]
  return { target: url.target, headers, body }
}

function hostOf({ scheme, host, port }: CallbackUrl): string {
  return port === DEFAULT_PORTS[scheme] ? host : `${host}:${port}`
}

/** The decoded path, the query as sent, a line feed and the body. */
export function callbackStringToSign(target: string, body: Uint8Array): Uint8Array {
  const { path } = splitTarget(target)
  const unquoted = path.replace(/%([0-9A-Fa-f]{2})/g, (_, digits: string) =>
    String.fromCharCode(Number.parseInt(digits, 16)),
  )
  const head = stringToBytes(`${unquoted}${byteString(target.slice(path.length))}\n`)
  const bytes = new Uint8Array(head.length + body.length)
  bytes.set(head)
  bytes.set(body, head.length)
  return bytes
}
