/** Starts one machine from a process of its own, so that it can be killed in the middle. Arguments: state directory, id. */
import { systemClock } from '../../../../lib/clock.ts'
import { createMachines } from '../../../../local/machines/backends.ts'
import { getTwin } from '../../../../local/twin/record.ts'

const [stateDir = '', id = ''] = process.argv.slice(2)
const { layout, backend } = await getTwin(stateDir)
process.stdout.write('starting\n')
await createMachines(layout, backend, systemClock).start(Number(id))
process.stdout.write('started\n')
