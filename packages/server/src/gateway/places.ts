/** A URL in which `@` can only end the user and the password: in any other, each part may belong to them. */
const SOUND = /^(\w+):\/\/(?:[^@/?#]*@)?([^@/?#]*)(\/[^@?#]*)?(?:\?[^@#]*)?$/

/** A database URL for people: without user, password and parameters; nothing of it where it is malformed. */
export function withoutPassword(url: string): string {
  const [, scheme, hosts = '', database = ''] = SOUND.exec(url) ?? []
  return scheme === undefined ? 'postgres://…' : `${scheme}://${hosts}${database}`
}
