import { ServerError } from './server-error.js'

/** Sends a request. Throws ServerError with the status 0 where no answer arrives. */
export async function reach(url: string, init: RequestInit = {}): Promise<Response> {
  try {
    return await fetch(url, { ...init, cache: 'no-store', redirect: 'error' })
  } catch (error) {
    if (error instanceof DOMException && error.name === 'AbortError') throw error
    throw new ServerError({ status: 0, code: 'NoAnswer', message: String(error) })
  }
}
