import { ADMIN_OPERATIONS, RAM_CATALOGUE } from '@bindery/protocol'
import { code, table } from './markdown.mjs'

const INTRODUCTION = `Accounts, users, access keys, groups, roles and policies of a running server are managed by \`bindery admin\`
([guide](../guides/users-and-policies.md)), or by requests of this form:

    POST /-/admin/v1/OPERATION
    Content-Type: application/json
    x-oss-content-sha256: SHA-256 of the body, in lower-case hex
    x-oss-date: 20260105T080000Z
    x-oss-nonce: any text that no other request has
    Authorization: OSS4-HMAC-SHA256 Credential=…,Signature=…

    {"UserName": "alice"}

The host must not name a bucket. Sign the request with V4 in the header, like a request to OSS for the bucket \`-\` and the key \`admin/v1/OPERATION\`.
The signature covers the body: the hash takes the place of \`UNSIGNED-PAYLOAD\`, which is refused, as are V1, V2 and signed URLs
([a script that signs](../guides/users-and-policies.md#requests-without-the-command)). The signature of a request that changes something is accepted only
once; the optional \`x-oss-nonce\` makes the signatures of equal requests differ. The account's own key has full access; a user needs the action on the
resource, such as \`ram:CreateUser\` on \`acs:ram:*:*:user/alice\`. All operations apply to the account of the key that signs.

The response is a JSON object with the result and \`RequestId\`. A failure has \`Code\`, \`Message\`, \`HostId\` and \`RequestId\`. Errors of OSS also have an \`EC\`; the codes
below have none, because RAM and STS document none. The cause of \`NoPermission\` is in \`AccessDeniedDetail\`.
Names, parameters and results are those of the RAM API, where RAM has them. Unknown parameters are refused. A body has at most 64 KiB.
A listing that is not complete has \`IsTruncated: true\` and a \`Marker\` to send in the next request.`

const OWN_ERRORS = `A request may also fail with [an error of OSS](errors.md) about its signature or the state of the server.`

export function render() {
  const operations = ADMIN_OPERATIONS.map((operation) => section(operation))
  const errors = Object.entries(RAM_CATALOGUE).map(([, row]) => [code(row.code), String(row.status), row.message])
  return [
    INTRODUCTION,
    ...operations,
    `## Errors\n\n${OWN_ERRORS}\n\n${table(['Code', 'Status', 'Message'], errors)}`,
  ].join('\n\n')
}

const RESERVED = {
  administrator: ' Only by the key of the account that administers the server.',
  accounts: " Only by the account's own key, or by that of the account that administers the server.",
}

function section({ name, summary, action, resources, input, result, reservedFor }) {
  const rows = Object.entries(input).map(([field, { type, isRequired, about }]) => [
    code(field),
    type,
    isRequired ? 'yes' : '',
    about,
  ])
  return [
    `## ${name}`,
    `${summary} Needs ${code(action)} on ${resources.map(code).join(' and on ')}.${RESERVED[reservedFor] ?? ''}`,
    ...(rows.length === 0 ? [] : [table(['Parameter', 'Type', 'Required', 'Meaning'], rows)]),
    ...(result.length === 0 ? [] : [`Result: ${result.map(code).join(', ')}.`]),
  ].join('\n\n')
}
