/** Thrown in a commit that finds another state than the one that was read for it; the work begins again. */
export class Changed extends Error {}
