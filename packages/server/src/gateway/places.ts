/** A database URL for people: without user, password and parameters. */
export function withoutPassword(url: string): string {
  const [, scheme = 'postgres', hosts = '', database = ''] = /^(\w+):\/\/(?:[^@/]*@)?([^/?]*)(\/[^?]*)?/.exec(url) ?? []
  return `${scheme}://${hosts}${database}`
}
