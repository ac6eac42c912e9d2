/** The library that decodes, scales and encodes. It is optional: nothing else loads it. */
import type sharp from 'sharp'

/** The function that the library exports. */
export type SharpFactory = typeof sharp
/** An image in the library's pipeline. */
export type Sharp = ReturnType<SharpFactory>
/** The facts about an image that the library reads from its head. */
export type Metadata = Awaited<ReturnType<Sharp['metadata']>>

/** Loads the library; throws where it is not installed, or not for this machine. */
export async function loadSharp(): Promise<SharpFactory> {
  const { default: library } = await import('sharp')
  // decoded images are not kept between jobs
  library.cache(false)
  library.concurrency(1)
  return library
}
