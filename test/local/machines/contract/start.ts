/** Starts one machine from a process of its own, so that it can be killed in the middle. Arguments: state directory, id. */
import { systemClock } from '../../../../lib/clock.ts'
import { openBackend } from '../../../../local/machines/backends.ts'
import { getTwin } from '../../../../local/twin/record.ts'

const [stateDir = '', id = ''] = process.argv.slice(2)
const { layout, backend } = await getTwin(stateDir)
process.stdout.write('starting\n')
const { machines } = await openBackend(layout, backend, systemClock)
await machines.start(Number(id))
process.stdout.write('started\n')
