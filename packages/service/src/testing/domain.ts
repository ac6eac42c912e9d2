/** The domain without requests, for simulations of many steps. */
export { requireLease } from '../domain/cluster/cluster.js'
export { openObject } from '../domain/objects/open-object.js'
export { withScope } from '../domain/scope.js'
export { bytesOf, named, nodeDigests, put as putObject, type TestDomain, testDomain } from '../domain/testing.js'
export { recoverDead } from '../domain/upkeep/incarnations.js'
export { Sweeper } from '../domain/upkeep/sweeper.js'
