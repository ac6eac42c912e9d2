import { Store } from './store.js'

const KEPT_AS = 'bindery-single-keys'

/** Whether keys of one character act outside of lists. Dictation and a resting hand press such keys by accident: they can be turned off. */
export const singleKeys = new Store(globalThis.localStorage?.getItem(KEPT_AS) !== 'off')

/** Chooses, also for the next visit. */
export function allowSingleKeys(areOn: boolean): void {
  localStorage.setItem(KEPT_AS, areOn ? 'on' : 'off')
  singleKeys.set(areOn)
}

/** The pages that `g` and a letter open. */
export const PLACE_KEYS = {
  o: 'overview',
  b: 'buckets',
  u: 'uploads',
  k: 'access',
  a: 'activity',
  m: 'metrics',
  s: 'settings',
} as const
