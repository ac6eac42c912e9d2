import { operations } from '@bindery/protocol'
import { anchor, code, table } from './markdown.mjs'

const INTRODUCTION = `The actions are those of RAM and bucket policies. The last column is what the ACL step looks for: the owner of a bucket may do
everything in it; an ACL opens reading and writing of objects to others, and never opens management.`

const ACCESS = {
  read: 'reading',
  write: 'writing',
  manageBucket: 'management of the bucket',
  manageService: 'a signed request',
  none: 'nothing',
}

export function render() {
  const rows = Object.values(operations).map(({ name, permissions, permissionsWith = {}, access }) => [
    `[${name}](operations.md#${anchor(name)})`,
    permissions.map(code).join(', '),
    Object.entries(permissionsWith)
      .map(([header, action]) => `${code(action)} with ${code(header)}`)
      .join('; '),
    ACCESS[access],
  ])
  return `${INTRODUCTION}\n\n${table(['Operation', 'Action', 'As well', 'ACL'], rows)}`
}
