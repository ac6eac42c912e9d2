import { equalBytes, Md5, utf8Bytes } from '@bindery/bytes'
import {
  bodyMd5,
  bodyType,
  type FileSizes,
  isFile,
  keyOfForm,
  OssError,
  PART_SIZE_MAX,
  type SentForm,
} from '@bindery/protocol'
import type { ByteSource } from '@bindery/storage'
import { boundaryOf, FormReader, type PartHead } from './form-reader.js'

/** Bytes of a field's name. */
const NAME_BYTES_MAX = 8 * 1024

/** A form up to its file, whose bytes are still to be read. */
export interface PostForm extends SentForm {
  /** The name of the object, which the form's own name of the file has been put into. */
  readonly key: string
  /** The file. Throws postFileTooSmall and postFileTooLarge while it is read, and what is wrong with the rest of the form. */
  file(sizes: FileSizes | undefined): ByteSource
}

type Headers = Readonly<Record<string, string>>

/**
 * Reads the fields of a form. Fields after the file are ignored. Throws notMultipartForm, malformedForm, filesInForm,
 * formKeyMissing, formFieldNameTooLong, formFieldsTooLarge, invalidDigestFormat.
 */
export async function readPostForm(source: ByteSource, requestHeaders: Headers): Promise<PostForm> {
  const boundary = boundaryOf(bodyType(requestHeaders))
  if (boundary === undefined) throw new OssError('notMultipartForm')
  const whole = wholeBody(bodyMd5(requestHeaders))
  const reader = new FormReader(source, boundary, whole.update)
  const fields = new Map<string, string>()
  const head = await readFields(reader, fields)
  if (head === undefined) throw new OssError('filesInForm')
  const { fileName, contentType: fileType } = head
  return {
    fields,
    fileType,
    requestHeaders,
    key: keyOfForm(fields, fileName),
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
    if (isFile(name)) return head
    // a policy is checked for one value, so there must not be another
    if (fields.has(name)) throw new OssError('malformedForm')
    fields.set(name, await reader.value())
  }
  return undefined
}

/** Throws filesInForm for a second file, and malformedForm. */
async function passOverRest(reader: FormReader): Promise<void> {
  for (let head = await reader.next(); head !== undefined; head = await reader.next()) {
    if (isFile(head.name.toLowerCase())) throw new OssError('filesInForm')
    await reader.value()
  }
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
function wholeBody(expected: Uint8Array | undefined): WholeBody {
  if (expected === undefined) return { update: () => {}, check: () => {} }
  const md5 = new Md5()
  return {
    update: (bytes) => void md5.update(bytes),
    check: () => {
      if (!equalBytes(md5.digest(), expected)) throw new OssError('invalidDigestMismatch')
    },
  }
}
