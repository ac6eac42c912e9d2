import { type Notation, OSS_NOTATION } from '../notation.js'
import type { Discriminator, Level, Method, Operation } from '../operation.js'
import type { Query } from '../query.js'
import { ABSENT_OPERATIONS, type AbsentOperation, UNDESCRIBED_SUBRESOURCES } from './absent.js'
import { type OperationName, operations } from './index.js'

/** An operation that Bindery has: one of OSS's, or one of another protocol, which names its handler. */
export type DeclaredOperation = Operation & ({ readonly name: OperationName } | { readonly handledAs: string })

/** The properties of an operation that routing reads. */
export type Routable = Pick<Operation, 'name' | 'method' | 'level' | 'otherLevels' | 'when'>

/** The operation of a request at a level, or undefined where OSS has none. Header names are in lower case. */
export type Route<O extends Routable> = (method: string, level: Level, query: Query, headers: Headers) => O | undefined

type Headers = Readonly<Record<string, string>>

interface Alternative<O> {
  readonly operation: O
  readonly query: readonly AskedKey[]
  readonly header: readonly string[]
  readonly rank: number
}

/** A required query key; `value` is undefined where any value will do. */
interface AskedKey {
  readonly name: string
  readonly value: string | undefined
}

/**
 * Routes by method, level and discriminators. The most discriminators win, so that the order of declarations means
 * nothing; a request that matches two operations equally matches neither. Operations without a name in the notation are left out. Throws where
 * two declarations have the same discriminators.
 */
export function createRoute<O extends Routable>(
  declarations: readonly O[],
  notation: Notation = OSS_NOTATION,
): Route<O> {
  const table = new Map<string, Map<Level, Alternatives<O>>>()
  for (const operation of declarations) {
    for (const level of [operation.level, ...(operation.otherLevels ?? [])]) {
      const levels = table.get(operation.method) ?? new Map<Level, Alternatives<O>>()
      const alternatives = levels.get(level) ?? new Alternatives<O>()
      for (const discriminator of operation.when?.length ? operation.when : [{}]) {
        const alternative = alternativeOf(operation, discriminator, notation)
        if (alternative !== undefined) alternatives.add(alternative)
      }
      table.set(operation.method, levels.set(level, alternatives))
    }
  }
  return (method, level, query, headers) => table.get(method)?.get(level)?.find(query, headers)
}

/** The alternatives of one method and level, by the first query key that they require. */
class Alternatives<O extends Routable> {
  readonly #byKey = new Map<string | undefined, Alternative<O>[]>()
  readonly #known = new Map<string, Alternative<O>>()

  /** Throws where another one has the same discriminators. */
  add(alternative: Alternative<O>): void {
    const { operation, query, header } = alternative
    const discriminators = JSON.stringify([query, header])
    const twin = this.#known.get(discriminators)
    if (twin !== undefined) throw new Error(`${operation.name} and ${twin.operation.name} match the same requests`)
    this.#known.set(discriminators, alternative)
    const key = query[0]?.name
    const row = this.#byKey.get(key) ?? []
    row.push(alternative)
    this.#byKey.set(key, row)
  }

  find(query: Query, headers: Headers): O | undefined {
    const choice = new Choice<O>()
    choice.offer(this.#byKey.get(undefined), query, headers)
    for (const { name } of query.parameters) choice.offer(this.#byKey.get(name), query, headers)
    return choice.operation
  }
}

/** The alternative with the most discriminators among those that match a request. */
class Choice<O extends Routable> {
  #best: Alternative<O> | undefined
  #isShared = false

  offer(row: readonly Alternative<O>[] | undefined, query: Query, headers: Headers): void {
    if (row === undefined) return
    for (const one of row) {
      const best = this.#best
      if ((best !== undefined && one.rank < best.rank) || !matches(one, query, headers)) continue
      if (best === undefined || one.rank > best.rank) {
        this.#best = one
        this.#isShared = false
      } else if (one.operation !== best.operation) this.#isShared = true
    }
  }

  /** Undefined also where two operations match equally. */
  get operation(): O | undefined {
    return this.#isShared ? undefined : this.#best?.operation
  }
}

function alternativeOf<O>(
  operation: O,
  { query = [], header = [] }: Discriminator,
  notation: Notation,
): Alternative<O> | undefined {
  const keys: AskedKey[] = []
  for (const key of [...query].sort()) {
    const [documented = '', value] = key.split('=')
    const name = notation.nameOf(documented)
    if (name === undefined) return undefined
    keys.push({ name, value })
  }
  const headers: string[] = []
  for (const documented of header) {
    const name = notation.nameOf(documented)
    if (name === undefined) return undefined
    headers.push(name.toLowerCase())
  }
  const values = keys.filter(({ value }) => value !== undefined).length
  return { operation, query: keys, header: headers.sort(), rank: keys.length + values + headers.length }
}

function matches({ query: keys, header }: Alternative<unknown>, query: Query, headers: Headers): boolean {
  for (const { name, value } of keys) {
    const given = query.get(name)
    if (given === undefined || (value !== undefined && given !== value)) return false
  }
  for (const name of header) if (headers[name] === undefined) return false
  return true
}

/** An operation that Bindery has, or that OSS has and Bindery answers notImplemented for. */
export type Routed = DeclaredOperation | Pick<AbsentOperation, 'absent' | 'name'>

/** The routes of one protocol. Header names are in lower case. */
export interface Router {
  /**
   * The operation that a request addresses, or undefined for a method that the resource does not have: `DELETE
   * /key?acl` must not delete the object. A sub-resource that Bindery does not have makes an absent operation of any
   * request; keys that mean nothing anywhere are ignored. A preflight carries the query of the request that is to
   * follow.
   */
  route(method: string, level: Level, query: Query, headers: Headers): Routed | undefined
  /** The methods that a request to the same resource may use, as `Allow` lists them: those by which it is an operation here. */
  allowedMethods(level: Level, query: Query, headers: Headers): readonly Method[]
}

const METHODS: readonly Method[] = ['DELETE', 'GET', 'HEAD', 'OPTIONS', 'POST', 'PUT']
const LEVELS = ['service', 'bucket', 'object'] as const

/** The operations of a protocol: those that Bindery has, those that it lacks, and keys that name none of either. */
export interface RoutedOperations {
  readonly declared: readonly DeclaredOperation[]
  readonly absent: readonly AbsentOperation[]
  readonly undescribed?: Readonly<Record<Level, readonly string[]>>
  /** Whether a key without a value that means nothing here counts as a sub-resource in requests that write. */
  readonly refusesUnknownKeys?: true
}

const OSS_OPERATIONS: RoutedOperations = {
  declared: Object.values(operations),
  absent: ABSENT_OPERATIONS,
  undescribed: UNDESCRIBED_SUBRESOURCES,
}

/** Routes to all operations, those that Bindery does not have included, by their names in a notation. */
export function createRouter(notation: Notation, all: RoutedOperations = OSS_OPERATIONS): Router {
  const routeAll = createRoute<DeclaredOperation | AbsentOperation>([...all.declared, ...all.absent], notation)
  const subresources = new Subresources(notation, all)

  const route: Router['route'] = (method, level, query, headers) => {
    const found = routeAll(method, level, query, headers)
    if (method === 'OPTIONS' || method === 'HEAD' || (found !== undefined && 'absent' in found)) return found
    const foreign = subresources.foreign(method, level, query, found)
    if (foreign === undefined && found !== undefined && all.refusesUnknownKeys === true && method !== 'GET') {
      const unknown = subresources.unknown(query, found)
      if (unknown !== undefined) return { absent: true, name: `?${unknown}` }
    }
    if (foreign === undefined) return found
    return subresources.isPresent(foreign) ? undefined : { absent: true, name: `?${foreign}` }
  }

  return {
    route,
    allowedMethods: (level, query, headers) =>
      METHODS.filter((method) => {
        const found = route(method, level, query, headers)
        return found !== undefined && !('absent' in found)
      }),
  }
}

/** Query keys that name sub-resources. */
class Subresources {
  /** By the names of operations: the keys that they understand. */
  readonly #known: ReadonlyMap<string, ReadonlySet<string>>
  readonly #present: Readonly<Record<Level, ReadonlySet<string>>>
  readonly #absent: Readonly<Record<Level, ReadonlySet<string>>>

  constructor(notation: Notation, { declared, absent, undescribed = NO_KEYS }: RoutedOperations) {
    const named = (documented: readonly string[]) =>
      new Set(documented.map((name) => notation.nameOf(name)).filter((name) => name !== undefined))
    this.#known = new Map(declared.map((operation) => [operation.name, named(knownKeys(operation))]))
    this.#present = byLevel((level) => named(subresourcesOf(declared, level)))
    this.#absent = byLevel((level) => named([...subresourcesOf(absent, level), ...undescribed[level]]))
  }

  /** A query key of another operation than the one found. For writes, sub-resources of other levels count as well. */
  foreign(method: string, level: Level, query: Query, found: DeclaredOperation | undefined): string | undefined {
    if (query.parameters.length === 0) return undefined
    const known = this.#known.get(found?.name ?? '')
    const levels = method === 'GET' ? [level] : LEVELS
    const isSubresource = (name: string) =>
      levels.some((one) => this.#present[one].has(name) || this.#absent[one].has(name))
    return query.parameters.find(({ name }) => known?.has(name) !== true && isSubresource(name))?.name
  }

  /** A key without a value that an operation does not have. */
  unknown(query: Query, { name: operation }: DeclaredOperation): string | undefined {
    const known = this.#known.get(operation)
    return query.parameters.find(({ name, value }) => !value && known?.has(name) !== true)?.name
  }

  /** Whether an operation of Bindery has this sub-resource, at any level. */
  isPresent(name: string): boolean {
    return LEVELS.some((level) => this.#present[level].has(name))
  }
}

const NO_KEYS: Readonly<Record<Level, readonly string[]>> = { service: [], bucket: [], object: [] }

function knownKeys({ when = [], input, refuses = [] }: Operation): readonly string[] {
  return [
    ...when.flatMap(({ query = [] }) => query),
    ...Object.values(input).map(({ name }) => name),
    ...refuses.map(({ name }) => name),
  ]
}

/** The first key of each alternative names the sub-resource; others qualify it. */
function subresourcesOf(operations: readonly Routable[], level: Level): readonly string[] {
  return operations
    .filter((operation) => operation.level === level || operation.otherLevels?.includes(level))
    .flatMap(({ when = [] }) => when.flatMap(({ query = [] }) => query.slice(0, 1)))
    .map((key) => key.split('=')[0] ?? key)
}

function byLevel<T>(of: (level: Level) => T): Readonly<Record<Level, T>> {
  return { service: of('service'), bucket: of('bucket'), object: of('object') }
}
