/** The URLs of the hosts that a URL names, `postgres://user@one:5432,two:5432/database`: each of them with one host. */
export function urlsOf(url: string): readonly [string, ...string[]] {
  const [, head, hosts = '', tail = ''] = /^(postgres(?:ql)?:\/\/(?:[^@/]*@)?)([^/?]*)(.*)$/s.exec(url) ?? []
  if (head === undefined) return [url]
  const [first = '', ...others] = hosts.split(',').map((host) => `${head}${host}${tail}`)
  return [first, ...others]
}
