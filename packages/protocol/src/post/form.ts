// biome-ignore-all lint/suspicious/noTemplateCurlyInString: it is how forms write the name of the file
/** The meaning of the fields of a form, in both protocols. */
import { base64, byteString, utf8Bytes } from '@bindery/bytes'
import { OssError } from '../errors/oss-error.js'
import type { Head } from '../message.js'
import type { FormFields } from './post-policy.js'

type Headers = Head['headers']

/** A form up to the bytes of its file. */
export interface SentForm {
  readonly fields: FormFields
  /** The media type that the form gives its file. */
  readonly fileType: string | undefined
  readonly requestHeaders: Headers
}

/** Whether a field holds the file. Names are in lower case. */
export const isFile = (name: string): boolean => name === 'file'

/** The name of the object, with that of the file in it where the form refers to it. Throws formKeyMissing. */
export function keyOfForm(fields: FormFields, fileName: string | undefined): string {
  const key = fields.get('key')
  if (key === undefined || key === '') throw new OssError('formKeyMissing')
  return key.replaceAll('${filename}', () => baseName(fileName))
}

/** The name of a file without the folders that some browsers send with it. */
function baseName(fileName = ''): string {
  return fileName.slice(Math.max(fileName.lastIndexOf('/'), fileName.lastIndexOf('\\')) + 1)
}

/** Request headers that count where the form has no field of their name. */
const FALLBACKS = ['x-oss-object-acl']

/** The fields of a form as its policy judges them: with the values that count, from a header or another field. */
export function judgedFields({ fields, requestHeaders }: Pick<SentForm, 'fields' | 'requestHeaders'>): FormFields {
  const judged = new Map(fields)
  for (const name of FALLBACKS) {
    const value = requestHeaders[name]
    if (value !== undefined && !fields.has(name)) judged.set(name, value)
  }
  const type = fields.get('x-oss-content-type')
  if (type !== undefined) judged.set('content-type', type)
  return judged
}

/** The fields of a form as headers, for the operation's input. Throws invalidArgument. */
export function formHeaders({ fields, fileType, requestHeaders }: SentForm): Headers {
  // the file has no length of its own
  const headers: Record<string, string> = { 'transfer-encoding': 'chunked' }
  for (const name of FALLBACKS) {
    const value = requestHeaders[name]
    if (value !== undefined) headers[name] = value
  }
  for (const [name, value] of fields) if (isHeader(name)) headers[name] = headerValue(name, value)
  const type = fields.get('x-oss-content-type') ?? fields.get('content-type')
  const described = type === undefined ? fileType : headerValue('Content-Type', type)
  if (described !== undefined) headers['content-type'] = described
  const callback = fields.get('callback')
  if (callback !== undefined) headers['x-oss-callback'] = headerValue('callback', callback)
  const variables = [...fields].filter(([name]) => name.startsWith('x:'))
  if (callback !== undefined && variables.length > 0) {
    headers['x-oss-callback-var'] = base64(utf8Bytes(JSON.stringify(Object.fromEntries(variables))))
  }
  return headers
}

const OWN_HEADERS: ReadonlySet<string> = new Set([
  'cache-control',
  'content-disposition',
  'content-encoding',
  'content-language',
  'expires',
  'success_action_status',
  'success_action_redirect',
])

/** The fields that a PutObject would have as headers. A callback of a form is in a field of another name. */
function isHeader(name: string): boolean {
  if (name.startsWith('x-oss-callback')) return false
  return OWN_HEADERS.has(name) || /^x-(?:oss|amz)-[\w!#$%&'*+.^`|~-]+$/.test(name)
}

/** A field as a header's value. Throws invalidArgument for characters that no header may have. */
function headerValue(name: string, value: string): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is refused
  if (/[\x00-\x08\x0a-\x1f\x7f]/.test(value)) {
    throw new OssError('invalidArgument', { argumentName: name, argumentValue: value.slice(0, 64) })
  }
  return byteString(value.trim())
}
