import { quoted } from '../parts/as-command.js'
import type { Owner } from '../wire/access.js'

/** The command line of an operation on keys. */
export function keyCommand(verb: 'create' | 'disable' | 'enable' | 'delete', owner: Owner, id = ''): string {
  const words = owner === undefined ? ['account', `${verb}-key`] : ['key', verb, quoted(owner)]
  return ['bindery admin', ...words, id].join(' ').trimEnd()
}
