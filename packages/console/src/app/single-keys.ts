import { Store } from './store.js'

const KEPT_AS = 'bindery-single-keys'

/** Whether keys of one character act outside of lists. People who dictate, or rest a hand on the keyboard, turn them off. */
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
