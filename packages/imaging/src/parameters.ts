import { base64Bytes, utf8Text } from '@bindery/bytes'
import { type FaultName, ImageFault } from './fault.js'

/** The parameters of one action: `KEY_VALUE`, or a bare value. Unknown ones are ignored, as OSS does. */
export class Parameters {
  readonly #named = new Map<string, string>()
  readonly #bare: string[] = []
  readonly action: string

  constructor(action: string, values: readonly string[]) {
    this.action = action
    for (const value of values) {
      if (value === '') continue
      const at = value.indexOf('_')
      if (at === -1) this.#bare.push(value)
      else this.#named.set(value.slice(0, at), value.slice(at + 1))
    }
  }

  has(key: string): boolean {
    return this.#named.has(key)
  }

  get hasBare(): boolean {
    return this.#bare.length > 0
  }

  /** The one bare value of the action. */
  bare(missing: FaultName): string {
    const [value, ...more] = this.#bare
    if (value === undefined) throw new ImageFault(missing, this.action)
    if (more.length > 0) throw new ImageFault('ValuesTooMany', this.action)
    return value
  }

  /** The one bare value, a whole number. */
  bareInteger(missing: FaultName, [min, max]: Range, fault: FaultName): number {
    return integer(this.action, this.bare(missing), [min, max], fault)
  }

  text(key: string): string | undefined {
    return this.#named.get(key)
  }

  integer(key: string, range: Range, fault: FaultName = 'Parameter'): number | undefined {
    const value = this.#named.get(key)
    return value === undefined ? undefined : integer(key, value, range, fault)
  }

  word<const W extends readonly string[]>(key: string, words: W, fault: FaultName): W[number] | undefined {
    const value = this.#named.get(key)
    if (value === undefined) return undefined
    if (!words.includes(value)) throw new ImageFault(fault, key, value)
    return value
  }

  /** `RRGGBB`, as `#rrggbb`. */
  colour(key: string, fault: FaultName): string | undefined {
    const value = this.#named.get(key)
    if (value === undefined) return undefined
    if (!/^[0-9A-Fa-f]{6}$/.test(value)) throw new ImageFault(fault, key, value)
    return `#${value.toLowerCase()}`
  }

  base64(key: string, fault: FaultName): string | undefined {
    const value = this.#named.get(key)
    return value === undefined ? undefined : base64Text(value, key, fault)
  }
}

type Range = readonly [min: number, max: number]

function integer(key: string, value: string, [min, max]: Range, fault: FaultName): number {
  const number = /^-?\d{1,9}$/.test(value) ? Number(value) : Number.NaN
  if (!(number >= min && number <= max)) throw new ImageFault(fault, key, value)
  return number
}

/** UTF-8 in base64 of either alphabet, with or without padding. */
export function base64Text(value: string, key: string, fault: FaultName): string {
  const standard = value.replaceAll('-', '+').replaceAll('_', '/').replace(/=+$/, '')
  const padded = standard.padEnd(Math.ceil(standard.length / 4) * 4, '=')
  const bytes = base64Bytes(padded)
  const text = bytes && utf8Text(bytes)
  if (text === undefined) throw new ImageFault(fault, key, value)
  return text
}
