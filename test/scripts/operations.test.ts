import { suite } from 'uvu'
import { promiseDayTwo } from './day-two.ts'
import { promiseDeployments } from './deployments.ts'
import { createLab } from './lab.ts'
import { promiseOutages } from './outages.ts'
import { promiseRotations } from './rotations.ts'
import { promiseSigning } from './signing.ts'
import { promiseTakingBack } from './taking-back.ts'
import { promiseUpdates } from './updates.ts'
import { promiseZoneChanges } from './zone-changes.ts'

/** One after the other, on one fleet. Words on the command line choose among them; a fleet is made for whichever comes first. */
const parts = {
  deployments: promiseDeployments,
  'zone-changes': promiseZoneChanges,
  updates: promiseUpdates,
  outages: promiseOutages,
  'taking-back': promiseTakingBack,
  'day-two': promiseDayTwo,
  rotations: promiseRotations,
  signing: promiseSigning,
}

const operations = suite('operations on real machines and a little internet')
const lab = createLab(operations)
const chosen = process.argv.slice(2)
const unknown = chosen.filter((word) => !Object.hasOwn(parts, word))
if (unknown.length > 0)
  throw new Error(`no such parts: ${unknown.join(', ')}; there are ${Object.keys(parts).join(', ')}`)

operations('bootstrap makes everything from nothing', async () => {
  // what parents say is forgotten soon, for the waits of a rotation
  await lab.twin().registrarFault({ parentTtl: 5 })
  await lab.laptop('laptop').expect(0, 'bootstrap-infra')
  await lab.fleet().assertNothingBeside()
  await lab.fleet().everyAnswerIsOf(await lab.fleet().generationOf('ns1'))
})

operations('images are baked beside it: later machines are made from these', async () => {
  await lab.laptop('laptop').expect(0, 'bake-images')
  await lab.fleet().assertNothingBeside()
})

for (const [name, promise] of Object.entries(parts))
  if (chosen.length === 0 || chosen.includes(name)) promise(operations, lab)

operations.run()
