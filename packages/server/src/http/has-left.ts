import type { ServerResponse } from 'node:http'

/** Whether nothing of a response can be sent any more, also because its connection ended before its turn came. */
export function hasLeft(response: ServerResponse): boolean {
  return response.destroyed || response.socket === null || response.socket.destroyed
}
