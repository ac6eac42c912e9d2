// biome-ignore-all lint/suspicious/noTemplateCurlyInString: it is how forms write the name of the file
import { base64, byteString, equalBytes, Md5, utf8Bytes } from '@bindery/bytes'
import { decodeMd5, type FileSizes, type FormFields, OssError, PART_SIZE_MAX } from '@bindery/protocol'
import type { ByteSource } from '@bindery/storage'
import { boundaryOf, FormReader, type PartHead } from './form-reader.js'

/** Bytes of a field's name. */
const NAME_BYTES_MAX = 8 * 1024

/** A form up to its file, whose bytes are still to be read. */
export interface PostForm {
  /** All fields before the file. */
  readonly fields: FormFields
  /** The name of the object, which the form's own name of the file has been put into. */
  readonly key: string
  /** The fields as headers, for the operation's input. */
  readonly headers: Readonly<Record<string, string>>
  /** The file. Throws postFileTooSmall and postFileTooLarge while it is read, and what is wrong with the rest of the form. */
  file(sizes: FileSizes | undefined): ByteSource
}

type Headers = Readonly<Record<string, string>>

/**
 * Reads the fields of a form. Fields after the file are ignored. Throws notMultipartForm, malformedForm, filesInForm,
 * formKeyMissing, formFieldNameTooLong, formFieldsTooLarge, invalidArgument.
 */
export async function readPostForm(source: ByteSource, requestHeaders: Headers): Promise<PostForm> {
  const boundary = boundaryOf(requestHeaders['content-type'])
  if (boundary === undefined) throw new OssError('notMultipartForm')
  const whole = wholeBody(requestHeaders['content-md5'])
  const reader = new FormReader(source, boundary, whole.update)
  const fields = new Map<string, string>()
  const head = await readFields(reader, fields)
  if (head === undefined) throw new OssError('filesInForm')
  const key = fields.get('key')
  if (key === undefined || key === '') throw new OssError('formKeyMissing')
  return {
    fields,
    key: key.replaceAll('${filename}', () => baseName(head.fileName)),
    headers: headersOf(fields, head, requestHeaders),
    file(sizes) {
      const file = reader.content(async () => {
        await passOverRest(reader)
        await reader.drain()
        whole.check()
      })
      return sizedSource(file, sizes ?? { least: 0, most: PART_SIZE_MAX })
    },
  }
}

/** Reads fields up to the file, and returns its head. */
async function readFields(reader: FormReader, fields: Map<string, string>): Promise<PartHead | undefined> {
  for (let head = await reader.next(); head !== undefined; head = await reader.next()) {
    const name = head.name.toLowerCase()
    if (utf8Bytes(name).length > NAME_BYTES_MAX) throw new OssError('formFieldNameTooLong')
    if (name === 'file') return head
    // a policy is checked for one value, so there must not be another
    if (fields.has(name)) throw new OssError('malformedForm')
    fields.set(name, await reader.value())
  }
  return undefined
}

/** Throws filesInForm for a second file, and malformedForm. */
async function passOverRest(reader: FormReader): Promise<void> {
  for (let head = await reader.next(); head !== undefined; head = await reader.next()) {
    if (head.name.toLowerCase() === 'file') throw new OssError('filesInForm')
    await reader.value()
  }
}

/** The name of a file without the folders that some browsers send with it. */
function baseName(fileName = ''): string {
  return fileName.slice(Math.max(fileName.lastIndexOf('/'), fileName.lastIndexOf('\\')) + 1)
}

/** Request headers that count where the form has no field of their name. */
const FALLBACKS = ['x-oss-object-acl']

function headersOf(fields: FormFields, { contentType }: PartHead, requestHeaders: Headers): Headers {
  const headers: Record<string, string> = { 'transfer-encoding': 'chunked' }
  for (const name of FALLBACKS) {
    const value = requestHeaders[name]
    if (value !== undefined) headers[name] = value
  }
  for (const [name, value] of fields) if (isHeader(name)) headers[name] = headerValue(name, value)
  const type = fields.get('x-oss-content-type') ?? fields.get('content-type')
  const described = type === undefined ? contentType : headerValue('Content-Type', type)
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

/** Refuses a file that is too small or too large: the latter before all of it was read. */
function sizedSource(source: ByteSource, { least, most }: FileSizes): ByteSource {
  let size = 0
  return {
    size: undefined,
    ready: () => source.ready(),
    read: async (buffer) => {
      const read = await source.read(buffer)
      size += read
      if (size > most) throw new OssError('postFileTooLarge')
      if (read === 0 && size < least) throw new OssError('postFileTooSmall')
      return read
    },
  }
}

interface WholeBody {
  readonly update: (bytes: Uint8Array) => void
  /** Throws invalidDigestMismatch. */
  readonly check: () => void
}

/** Content-MD5 is of the whole form, not of its file. */
function wholeBody(contentMd5: string | undefined): WholeBody {
  if (contentMd5 === undefined) return { update: () => {}, check: () => {} }
  const expected = decodeMd5(contentMd5)
  const md5 = new Md5()
  return {
    update: (bytes) => void md5.update(bytes),
    check: () => {
      if (!equalBytes(md5.digest(), expected)) throw new OssError('invalidDigestMismatch')
    },
  }
}
