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
  const { refusals, fields, absent } = lookupsOf(operation, notation)
  for (const refusal of refusals) refuse(refusal, head)
  // not a spread: where it sees inputs of several operations, it costs eight times as much
  const values: Record<string, unknown> = Object.assign({}, absent)
  for (const lookup of fields) {
    const value = decodeField(lookup, head, notation)
    if (value !== undefined) values[lookup.key] = value
  }
  return values as ValuesOf<I>
}

/** An operation's fields that are looked for in each head, with their names in a notation. */
interface Lookups {
  readonly refusals: readonly RefusalLookup[]
  readonly fields: readonly FieldLookup[]
  /** Every field as undefined: copying them at once is faster than adding them, and all inputs have one shape. */
  readonly absent: Readonly<Record<string, undefined>>
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
  const absent = Object.fromEntries(Object.keys(input).map((key) => [key, undefined]))
  const named = (documented: string): WireName => {
    const name = notation.nameOf(documented)
    return { name, headerName: name?.toLowerCase() }
  }
  return {
    refusals: refuses.map((refusal) => ({ refusal, ...named(refusal.name) })),
    fields: Object.entries(input).map(([key, field]) =>
      field.place === 'implied' ? { key, field, ...NAMELESS } : { key, field, ...named(field.name) },
    ),
    absent,
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
    : new OssError(cause, { header: name })
}

function decodeField(lookup: FieldLookup, head: Head, notation: Notation): unknown {
  const { field, name = field.name } = lookup
  if (field.isIgnored?.(head.query)) return field.fallback
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
    throw new OssError('metadataTooLarge', { argumentName: prefix.replace(/-$/, ''), argumentValue: bytes })
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
  for (const { key, field, name } of outputsOf(fields, notation)) {
    const value = values[key]
    if (value === undefined || value === field.silent) continue
    if (field.place === 'metadata') {
      const metadata = value as Record<string, string>
      for (const each in metadata) headers.push([notation.metadataPrefix + each, metadata[each] ?? ''])
    } else if (name !== undefined) headers.push([name, encodeText(field.codec, value, notation)])
  }
  return headers
}

/** An output field and its name in a notation. */
interface OutputField {
  readonly key: string
  readonly field: Field<unknown>
  readonly name: string | undefined
}

const OUTPUTS = new WeakMap<Notation, WeakMap<Fields, readonly OutputField[]>>()

/** Made once per record of fields, like the lookups of heads. */
function outputsOf(fields: Fields, notation: Notation): readonly OutputField[] {
  const known = OUTPUTS.get(notation) ?? new WeakMap<Fields, readonly OutputField[]>()
  OUTPUTS.set(notation, known)
  const outputs = known.get(fields) ?? makeOutputs(fields, notation)
  known.set(fields, outputs)
  return outputs
}

function makeOutputs(fields: Fields, notation: Notation): readonly OutputField[] {
  return Object.entries(fields).map(([key, field]) => {
    const name = field.place === 'metadata' ? undefined : notation.nameOf(field.name)
    return { key, field, name }
  })
}
