import { ACTIONS, operations, VERSION_ACTIONS } from '@bindery/protocol'
import { anchor, code, table } from './markdown.mjs'

const INTRODUCTION = `The actions are those of RAM and bucket policies; a policy must allow them on the resource that the request names. The last column is
the level that ACLs are checked for: the owner of a bucket may do everything in it; an ACL can open reading and writing of objects to others,
but never management. A request for one version of an object needs the action for versions in place of the other one.`

const CLASSES = { read: 'reading', write: 'writing', manage: 'management' }

export function render() {
  const rows = Object.values(operations).map((operation) => {
    const {
      name,
      permissions,
      permissionsWith = {},
      sourcePermissions = [],
      targetPermissions = [],
      undenied = [],
      createsBucket,
      input,
    } = operation
    return [
      `[${name}](operations.md#${anchor(name)})`,
      permissions.map(code).join(', '),
      [
        ...sourcePermissions.map(
          (action) => `${code(action)} on the source (${code(VERSION_ACTIONS[action])} with a version)`,
        ),
        ...targetPermissions.map((action) => `${code(action)} on what is written elsewhere`),
        ...('versionId' in input ? permissions.filter((action) => action in VERSION_ACTIONS) : []).map(
          (action) => `${code(VERSION_ACTIONS[action])} with a version`,
        ),
        ...(createsBucket && !permissions.includes('oss:PutBucket')
          ? [`${code('oss:PutBucket')} where it creates the bucket`]
          : []),
        ...undenied.map((action) => `no policy may deny ${code(action)}`),
        ...Object.entries(permissionsWith).map(([header, action]) => `${code(action)} with ${code(header)}`),
      ].join('; '),
      permissions.length === 0 ? 'open to everyone' : CLASSES[ACTIONS[permissions[0]]],
    ]
  })
  return `${INTRODUCTION}\n\n${table(['Operation', 'Action', 'As well', 'ACL'], rows)}`
}
