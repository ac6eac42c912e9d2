import { badArgument } from './codec.js'
import { CATALOGUE, type Cause } from './errors/catalogue.js'
import { OssError } from './errors/oss-error.js'
import type { Field, Fields, ValuesOf } from './field.js'
import { USER_METADATA_BYTES_MAX } from './limits.js'
import type { Operation, Refusal } from './operation.js'
import type { Query } from './query.js'
import type { XmlParser } from './xml.js'

/** Query and headers of a request; header names in lower case, values byte strings. */
export interface Head {
  readonly query: Query
  readonly headers: Readonly<Record<string, string>>
}

const META_PREFIX = 'x-oss-meta-'

/** The typed input of a request's head. Throws the cause of the first field that is missing or bad, and of refusals. */
export function decodeHead<I extends Fields>(operation: Operation<I>, head: Head): ValuesOf<I> {
  const { refusals, fields } = lookupsOf(operation)
  for (const refusal of refusals) refuse(refusal, head)
  const values: Record<string, unknown> = {}
  for (const lookup of fields) values[lookup.key] = decodeField(lookup, head)
  return values as ValuesOf<I>
}

/** An operation's fields that are looked for in each head, with the names as headers have them here. */
interface Lookups {
  readonly refusals: readonly RefusalLookup[]
  readonly fields: readonly FieldLookup[]
}

interface RefusalLookup {
  readonly refusal: Refusal
  readonly headerName: string
}

interface FieldLookup {
  readonly key: string
  readonly field: Field<unknown>
  readonly headerName: string
}

const LOOKUPS = new WeakMap<Operation, Lookups>()

/** Made once an operation: most fields of most requests are absent, and lowering their names costs more than missing them. */
function lookupsOf(operation: Operation): Lookups {
  const known = LOOKUPS.get(operation)
  if (known !== undefined) return known
  const lookups = {
    refusals: (operation.refuses ?? []).map((refusal) => ({ refusal, headerName: refusal.name.toLowerCase() })),
    fields: Object.entries(operation.input).map(([key, field]) => ({
      key,
      field,
      headerName: field.name.toLowerCase(),
    })),
  }
  LOOKUPS.set(operation, lookups)
  return lookups
}

function refuse({ refusal, headerName }: RefusalLookup, { query, headers }: Head): void {
  const { place, name, unless, cause } = refusal
  const value = place === 'query' ? query.get(name) : headers[headerName] || undefined
  if (value !== undefined && !unless?.includes(value)) throw refusalError(cause, name, value)
}

function refusalError(cause: Cause, name: string, value: string): OssError {
  return CATALOGUE[cause].code === 'InvalidArgument'
    ? badArgument(cause, name, value)
    : new OssError(cause, { Header: name })
}

function decodeField(lookup: FieldLookup, head: Head): unknown {
  const { field } = lookup
  if (field.place === 'metadata') return decodeMetadata(head.headers)
  const text = find(lookup, head)
  if (text === undefined || (field.emptyIsAbsent && text === '')) {
    if (field.presence !== 'required') return field.fallback
    if (field.missing !== undefined) throw new OssError(field.missing.cause, field.missing.details)
    throw badArgument('invalidArgument', field.name, '')
  }
  return field.codec.decode(text, field.name)
}

function find({ field, headerName }: FieldLookup, { query, headers }: Head): string | undefined {
  const { place, name, twice } = field
  const inQuery = place === 'header' ? undefined : query.get(name)
  const inHeader = place === 'query' ? undefined : headers[headerName]
  if (inQuery !== undefined && inHeader !== undefined && twice !== undefined) throw badArgument(twice, name, inHeader)
  return inQuery ?? inHeader
}

function decodeMetadata(headers: Readonly<Record<string, string>>): Record<string, string> {
  const metadata: Record<string, string> = {}
  let bytes = 0
  for (const name in headers) {
    const value = headers[name]
    if (value === undefined || !name.startsWith(META_PREFIX)) continue
    const bare = name.slice(META_PREFIX.length)
    if (!/^[a-z0-9-]+$/.test(bare)) throw badArgument('invalidMetadataName', name, value)
    // biome-ignore lint/suspicious/noControlCharactersInRegex: those are what must not be there
    if (/[\u0000-\u0008\u000a-\u001f\u007f]/.test(value)) throw badArgument('invalidMetadataValue', name, value)
    metadata[bare] = value
    bytes += bare.length + value.length
  }
  if (bytes > USER_METADATA_BYTES_MAX) {
    throw new OssError('metadataTooLarge', { ArgumentName: 'x-oss-meta', ArgumentValue: bytes })
  }
  return metadata
}

/** The typed input of a whole XML body, read in the light of the head's. */
export function decodeBody<I extends Fields, B>(
  operation: Operation<I, Fields, B>,
  parser: XmlParser,
  body: Uint8Array,
  input: ValuesOf<I>,
): B {
  const document = operation.body
  if (document === undefined || document === 'bytes') throw new TypeError(`${operation.name} has no XML body`)
  const read = () => document.decode(parser, body)
  return operation.decodeWith === undefined ? read() : operation.decodeWith(read, body, input)
}

/** The headers of an operation's output, in the order of its declaration; undefined values are left out. */
export function encodeHeaders<O extends Fields>(
  operation: Operation<Fields, O>,
  output: ValuesOf<O>,
): [name: string, value: string][] {
  return encodeFields(operation.output, output)
}

/** The headers of some output fields, in the order of their record; undefined values are left out. */
export function encodeFields<F extends Fields>(fields: F, output: ValuesOf<F>): [name: string, value: string][] {
  const values: Readonly<Record<string, unknown>> = output
  const headers: [string, string][] = []
  for (const key in fields) {
    const field = fields[key] as Field<unknown>
    const value = values[key]
    if (value === undefined) continue
    if (field.place === 'metadata') {
      for (const [name, text] of Object.entries(value as Record<string, string>))
        headers.push([META_PREFIX + name, text])
    } else headers.push([field.name, field.codec.encode(value)])
  }
  return headers
}
