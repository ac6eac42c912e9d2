import { Failure } from '@bindery/server/local'
import { type Address, addressText, exactAddress, isAddress, parseAddress, shown } from '../objects/address.js'

/** Where bytes come from or go to. */
export type Place =
  | { readonly kind: 'object'; readonly address: Address; readonly versionId?: string }
  | { readonly kind: 'file'; readonly path: string }
  /** Standard input or output. */
  | { readonly kind: 'stream' }

/** Throws Failure `addressInvalid` for an address with a scheme that is not known. */
export function parsePlace(text: string): Place {
  if (text === '-') return { kind: 'stream' }
  // a misspelt scheme is not the name of a file
  if (isAddress(text) || /^[a-z0-9]{1,5}:\/\//i.test(text)) return { kind: 'object', address: parseAddress(text) }
  return { kind: 'file', path: text }
}

/** A place as messages name it. */
export function placeText(place: Place): string {
  if (place.kind === 'stream') return '-'
  return place.kind === 'file' ? shown(place.path) : addressText(place.address)
}

/** A place as lines of JSON have it, with every character as it is. */
export function exactPlace(place: Place): string {
  if (place.kind === 'stream') return '-'
  return place.kind === 'file' ? place.path : exactAddress(place.address)
}

/** Throws Failure `addressUnfit` where neither place is on a server, or both forms exclude each other. */
export function requirePair(command: string, from: Place, to: Place, isRecursive: boolean): void {
  const unfit = (place: Place, needed: string) => {
    throw new Failure('addressUnfit', { command, address: placeText(place), needed })
  }
  if (from.kind !== 'object' && to.kind !== 'object') unfit(to, 'oss://BUCKET/KEY')
  if (isRecursive && from.kind === 'stream') unfit(from, 'DIR, oss://BUCKET/PREFIX')
  if (isRecursive && to.kind === 'stream') unfit(to, 'DIR, oss://BUCKET/PREFIX')
  if (!isRecursive && from.kind === 'object' && from.address.key === '') unfit(from, 'oss://BUCKET/KEY, --recursive')
  if (!isRecursive && from.kind === 'object' && placeText(from) === placeText(to))
    unfit(to, 'a target that is not FROM')
  if (from.kind === 'stream' && to.kind === 'object' && /(?:^|\/)$/.test(to.address.key)) unfit(to, 'oss://BUCKET/KEY')
}
