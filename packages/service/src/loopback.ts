/** Whether an address, without the prefix of a dual-stack socket, is of this machine. */
export function isLoopback(address: string): boolean {
  return address === '::1' || address.startsWith('127.')
}
