import { badArgument, decodeText, encodeText } from './codec.js'
import type { XmlParser } from './document.js'
import { CATALOGUE, type Cause } from './errors/catalogue.js'
import { OssError } from './errors/oss-error.js'
import type { Field, Fields, ValuesOf } from './field.js'
import { USER_METADATA_BYTES_MAX } from './limits.js'
import { type Notation, OSS_NOTATION } from './notation.js'
import type { Operation, Refusal } from './operation.js'
import type { Query } from './query.js'

/** Query and headers of a request; header names in lower case, values byte strings. */
export interface Head {
  readonly query: Query
  readonly headers: Readonly<Record<string, string>>
}

/** The typed input of a request's head. Throws the cause of the first field that is missing or bad, and of refusals. */
export function decodeHead<I extends Fields>(
  operation: Operation<I>,
  head: Head,
  notation: Notation = OSS_NOTATION,
): ValuesOf<I> {
  const { refusals, fields } = lookupsOf(operation, notation)
  for (const refusal of refusals) refuse(refusal, head)
  const values: Record<string, unknown> = {}
  for (const lookup of fields) values[lookup.key] = decodeField(lookup, head, notation)
  return values as ValuesOf<I>
}

/** An operation's fields that are looked for in each head, with their names in a notation. */
interface Lookups {
  readonly refusals: readonly RefusalLookup[]
  readonly fields: readonly FieldLookup[]
}

/** How something is named on the wire; undefined if the notation has no name for it. */
interface WireName {
  readonly name: string | undefined
  /** In lower case, as heads have it. */
  readonly headerName: string | undefined
}

interface RefusalLookup extends WireName {
  readonly refusal: Refusal
}

interface FieldLookup extends WireName {
  readonly key: string
  readonly field: Field<unknown>
}

const NAMELESS: WireName = { name: undefined, headerName: undefined }

const LOOKUPS = new WeakMap<Notation, WeakMap<Operation, Lookups>>()

/** Made once an operation: most fields of most requests are absent, and lowering their names costs more than missing them. */
function lookupsOf(operation: Operation, notation: Notation): Lookups {
  const known = LOOKUPS.get(notation) ?? new WeakMap<Operation, Lookups>()
  LOOKUPS.set(notation, known)
  const lookups = known.get(operation) ?? makeLookups(operation, notation)
  known.set(operation, lookups)
  return lookups
}

function makeLookups({ refuses = [], input }: Operation, notation: Notation): Lookups {
  const named = (documented: string): WireName => {
    const name = notation.nameOf(documented)
    return { name, headerName: name?.toLowerCase() }
  }
  return {
    refusals: refuses.map((refusal) => ({ refusal, ...named(refusal.name) })),
    fields: Object.entries(input).map(([key, field]) =>
      field.place === 'implied' ? { key, field, ...NAMELESS } : { key, field, ...named(field.name) },
    ),
  }
}

function refuse({ refusal, name, headerName }: RefusalLookup, { query, headers }: Head): void {
  if (name === undefined || headerName === undefined) return
  const { place, unless, cause } = refusal
  const value = place === 'query' ? query.get(name) : headers[headerName] || undefined
  if (value !== undefined && !unless?.includes(value)) throw refusalError(cause, name, value)
}

function refusalError(cause: Cause, name: string, value: string): OssError {
  return CATALOGUE[cause].code === 'InvalidArgument'
    ? badArgument(cause, name, value)
    : new OssError(cause, { Header: name })
}

function decodeField(lookup: FieldLookup, head: Head, notation: Notation): unknown {
  const { field, name = field.name } = lookup
  if (field.place === 'metadata') return decodeMetadata(head.headers, notation)
  const text = find(lookup, head)
  if (text === undefined || (field.emptyIsAbsent && text === '')) {
    if (field.presence !== 'required') return field.fallback
    if (field.missing !== undefined) throw new OssError(field.missing.cause, field.missing.details)
    throw badArgument('invalidArgument', name, '')
  }
  return decodeText(field.codec, text, name, notation)
}

function find({ field, name, headerName }: FieldLookup, { query, headers }: Head): string | undefined {
  if (name === undefined || headerName === undefined) return undefined
  const { place, twice } = field
  const inQuery = place === 'header' ? undefined : query.get(name)
  const inHeader = place === 'query' ? undefined : headers[headerName]
  if (inQuery !== undefined && inHeader !== undefined && twice !== undefined) throw badArgument(twice, name, inHeader)
  return inQuery ?? inHeader
}

function decodeMetadata(headers: Readonly<Record<string, string>>, notation: Notation): Record<string, string> {
  const { metadataPrefix: prefix } = notation
  const metadata: Record<string, string> = {}
  let bytes = 0
  for (const name in headers) {
    const value = headers[name]
    if (value === undefined || !name.startsWith(prefix)) continue
    const bare = name.slice(prefix.length)
    if (!notation.metadataName.test(bare)) throw badArgument('invalidMetadataName', name, value)
    // biome-ignore lint/suspicious/noControlCharactersInRegex: those are what must not be there
    if (/[\u0000-\u0008\u000a-\u001f\u007f]/.test(value)) throw badArgument('invalidMetadataValue', name, value)
    metadata[bare] = value
    bytes += bare.length + value.length
  }
  if (bytes > USER_METADATA_BYTES_MAX) {
    throw new OssError('metadataTooLarge', { ArgumentName: prefix.replace(/-$/, ''), ArgumentValue: bytes })
  }
  return metadata
}

/** The typed input of a whole XML body, read in the light of the head's. */
export function decodeBody<I extends Fields, B>(
  operation: Operation<I, Fields, B>,
  parser: XmlParser,
  body: Uint8Array,
  input: ValuesOf<I>,
  notation: Notation = OSS_NOTATION,
): B {
  const document = operation.body
  if (document === undefined || document === 'bytes') throw new TypeError(`${operation.name} has no XML body`)
  const read = () => document.decode(parser, body, notation)
  if (operation.decodeWith === undefined) return read()
  const nameOf = (field: string) => wireName(operation.input[field]?.name ?? field, notation)
  return operation.decodeWith(read, body, input, nameOf)
}

/** How a notation writes a documented name; one that it lacks stays as it is documented. */
function wireName(documented: string, notation: Notation): string {
  return notation.nameOf(documented) ?? documented
}

/** The headers of an operation's output, in the order of its declaration; undefined values are left out. */
export function encodeHeaders<O extends Fields>(
  operation: Operation<Fields, O>,
  output: ValuesOf<O>,
  notation: Notation = OSS_NOTATION,
): [name: string, value: string][] {
  return encodeFields(operation.output, output, notation)
}

/**
 * The headers of some output fields, in the order of their record. Undefined values, and those that the notation has no
 * name for, are left out.
 */
export function encodeFields<F extends Fields>(
  fields: F,
  output: ValuesOf<F>,
  notation: Notation = OSS_NOTATION,
): [name: string, value: string][] {
  const values: Readonly<Record<string, unknown>> = output
  const headers: [string, string][] = []
  for (const key in fields) {
    const field = fields[key] as Field<unknown>
    const value = values[key]
    if (value === undefined) continue
    if (field.place === 'metadata') {
      for (const [name, text] of Object.entries(value as Record<string, string>))
        headers.push([notation.metadataPrefix + name, text])
      continue
    }
    const name = notation.nameOf(field.name)
    if (name !== undefined) headers.push([name, encodeText(field.codec, value, notation)])
  }
  return headers
}
