// The application that receives the callbacks of uploads: it answers genuinely signed callbacks with their content.

import { createVerify } from 'node:crypto'
import { once } from 'node:events'
import { createServer } from 'node:http'

/**
 * Starts the application on this machine. At `/done` it answers `{"Status":"OK","received":"…"}` with the body that it
 * got, at every other path 500.
 * @param {string} endpoint  of the server whose callbacks are genuine
 * @returns {Promise<{ url: string, stop: () => Promise<void> }>}  `url` is that of `/`, without the slash
 */
export async function startApplication(endpoint) {
  const server = createServer(async (request, response) => {
    let body = ''
    for await (const chunk of request.setEncoding('utf8')) body += chunk
    const status = request.url !== '/done' ? 500 : (await isGenuine(endpoint, request, body)) ? 200 : 403
    const answer = JSON.stringify({ Status: 'OK', received: body })
    response.writeHead(status, { 'Content-Type': 'application/json', 'Content-Length': Buffer.byteLength(answer) })
    response.end(answer)
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return {
    url: `http://127.0.0.1:${server.address().port}`,
    stop: async () => {
      server.close()
      server.closeAllConnections()
      await once(server, 'close')
    },
  }
}

/** The key is fetched from the known server, never from a URL in the request. */
async function isGenuine(endpoint, { url, headers }, body) {
  const key = await (await fetch(new URL('/-/callback/public-key.pem', endpoint))).text()
  const signed = `${decodeURIComponent(url)}\n${body}`
  return createVerify('md5')
    .update(signed)
    .verify(key, headers.authorization ?? '', 'base64')
}
