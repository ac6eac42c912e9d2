/** The address of a page: everything after the `#`, so that names of objects reach neither the server's log nor a proxy. */
import { Store } from './store.js'

/** A page and what it shows. */
export interface Route {
  /** Decoded. */
  readonly path: readonly string[]
  readonly query: Readonly<Record<string, string>>
}

/** The address that is open. */
export const currentRoute = new Store<Route>(parseRoute(globalThis.location?.hash ?? ''))

/** Follows the address bar. Called once. */
export function followAddress(): void {
  addEventListener('hashchange', () => currentRoute.set(parseRoute(location.hash)))
}

/** The route that a fragment names. What cannot be decoded is taken as it is. */
export function parseRoute(hash: string): Route {
  const [path = '', query = ''] = hash.replace(/^#\/?/, '').split(/\?(.*)/s)
  return {
    path: path.split('/').filter(Boolean).map(decoded),
    query: Object.fromEntries(new URLSearchParams(query)),
  }
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    return text
  }
}

/** The fragment of a route. Parameters that are empty are left out. */
export function link(path: readonly string[], query: Readonly<Record<string, string | undefined>> = {}): string {
  const given = Object.entries(query).filter((entry): entry is [string, string] => Boolean(entry[1]))
  const text = new URLSearchParams(given).toString()
  return `#/${path.map(encodeURIComponent).join('/')}${text === '' ? '' : `?${text}`}`
}

/** Opens a route. */
export function open(fragment: string): void {
  location.hash = fragment
}

/** Opens a route in place of the one that is open. */
export function replace(fragment: string): void {
  history.replaceState(undefined, '', fragment)
  currentRoute.set(parseRoute(fragment))
}
